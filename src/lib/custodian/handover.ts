import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { labelled } from "../crypto/labels.ts";
import { sign, verify } from "../crypto/signature.ts";
import { canonicalJson } from "../json.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, signatureSchema } from "../names.ts";
import { enrolmentFileSchema } from "./enrolment.ts";

const statementSchema = z.strictObject({
  type: z.literal("handover"),
  version: z.literal(1),
  vault: idSchema,
  genesis: digestSchema,
  /** Hash of the manifest in which the custodian has a seat. */
  manifest: digestSchema,
  custodian: nameSchema,
  /** The custodian key that hands over, and signs. */
  from: publicKeySchema,
  /** What takes over: the new custodian key signed it itself. */
  to: enrolmentFileSchema,
});

/** What a custodian states: from now on, this other key of mine speaks for my seat. */
export type HandoverStatement = z.infer<typeof statementSchema>;

/** A handover: the statement, signed by the key that hands over; the one that takes over signed the enrolment in it. */
export const handoverSchema = z.strictObject({ statement: statementSchema, signature: signatureSchema });

export type Handover = z.infer<typeof handoverSchema>;

/** @param custodianKey private half of `statement.from` */
export function signHandover(statement: HandoverStatement, custodianKey: KeyObject): Handover {
  return { statement, signature: sign(custodianKey, message(statement)) };
}

/** Whether the key that hands over signed it. The enrolment in it is checked apart. */
export function verifyHandover({ statement, signature }: Handover): boolean {
  return verify(statement.from, message(statement), signature);
}

function message(statement: HandoverStatement): Uint8Array {
  return labelled("handover", canonicalJson(statement));
}
