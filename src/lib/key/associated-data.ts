import { z } from "zod";
import { sha256Hex } from "../crypto/digest.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, shortened, textSchema } from "../names.ts";
import type { Line } from "../quorum/action.ts";

/** What a plan says of associated data: the text or the file's name, for people; SHA-256 and bytes. Null: there are none. */
export const associatedDataSchema = z
  .strictObject({
    name: textSchema,
    sha256: digestSchema,
    size: z.int().positive().max(LIMITS.associatedDataBytes),
  })
  .nullable();

export type AssociatedData = z.infer<typeof associatedDataSchema>;

/** @param name what people see of it */
export function describeAssociatedData(name: string, bytes: Uint8Array): AssociatedData {
  return { name: shortened(name), sha256: sha256Hex(bytes), size: bytes.length };
}

export function associatedDataLines(data: AssociatedData): Line[] {
  if (data === null) return [];
  return [
    { label: "Associated data", value: `${data.name} (${data.size} bytes)` },
    { label: "Their SHA-256", value: data.sha256 },
  ];
}
