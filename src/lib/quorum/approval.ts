import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { labelled } from "../crypto/labels.ts";
import { sign, verify } from "../crypto/signature.ts";
import { canonicalJson } from "../json.ts";
import { digestSchema, idSchema, nameSchema, signatureSchema, timestampSchema } from "../names.ts";
import { headSchema } from "./plan.ts";

const statementSchema = z.strictObject({
  type: z.literal("approval"),
  version: z.literal(1),
  vault: idSchema,
  epoch: idSchema,
  /** Digest of the plan. */
  plan: digestSchema,
  custodian: nameSchema,
  quorum: idSchema,
  generation: z.int().positive(),
  /** Which key signed: the custodian's, or that of the share alone, which makes the act a recovery. */
  key: z.enum(["custodian", "share"]),
  /** Whether the signing key was opened on the vault's host, and so exposed to it. */
  at: z.enum(["host", "desk"]),
  time: timestampSchema,
  /** The head that the custodian's machine remembered, in this epoch. */
  seen: headSchema.nullable(),
  /** SHA-256 of the sealed share that travelled with it; null in the room. */
  sealed: digestSchema.nullable(),
});

/** What a custodian says yes to: this plan, to its last byte. */
export type ApprovalStatement = z.infer<typeof statementSchema>;

/** One custodian's signed, expiring, single-use yes to one plan. */
export const approvalSchema = z.strictObject({ statement: statementSchema, signature: signatureSchema });

export type Approval = z.infer<typeof approvalSchema>;

/** @param key that which the statement names, of the custodian or of the share */
export function signApproval(statement: ApprovalStatement, key: KeyObject): Approval {
  return { statement, signature: sign(key, message(statement)) };
}

/** Whether the key that the statement names signed it, the seat's custodian key or its share key. */
export function verifyApproval(approval: Approval, seat: { custodianKey: string; shareKey: string }): boolean {
  const key = approval.statement.key === "custodian" ? seat.custodianKey : seat.shareKey;
  return verify(key, message(approval.statement), approval.signature);
}

function message(statement: ApprovalStatement): Uint8Array {
  return labelled("approval", canonicalJson(statement));
}
