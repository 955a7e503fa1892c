import { z } from "zod";
import { IntegrityError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, timestampSchema } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";

const identitySchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  epoch: idSchema,
  genesis: digestSchema,
  hostKey: publicKeySchema,
  rehearsal: z.literal([0, 1]),
  created: timestampSchema,
  clockAccepted: z.int().positive().nullable(),
});

/** The vault's own row. Paths and comparisons rest on it before anything is verified, so its form is checked. */
export async function readIdentity(reader: Reader): Promise<Row<"vault">> {
  const row = await reader.find("vault", {});
  if (row === undefined) throw new IntegrityError("vault", "the table has no row");
  const parsed = identitySchema.safeParse(row);
  if (!parsed.success) throw new IntegrityError("vault", `column ${firstIssue(parsed.error.issues)}`);
  return parsed.data;
}
