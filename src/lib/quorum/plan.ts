import { z } from "zod";
import { DAY } from "../clock.ts";
import { digestOf } from "../crypto/digest.ts";
import { canonicalJson, objectSchema } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, textSchema, timestampSchema } from "../names.ts";

/** Longest life of a plan, in milliseconds. */
export const LONGEST_PLAN = 30 * DAY;

export const headSchema = z.strictObject({ root: digestSchema, size: z.int().positive() });

/** What of a ceremony custodians approve together with its acts. Members in the order of canonical JSON. */
const ceremonySchema = z.strictObject({
  /** Of the run: 128 random bits. */
  id: z.string().regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits"),
  /** What was asked for at the run; nothing of it is secret. */
  inputs: z.record(z.string().max(LIMITS.nameLength), z.string().max(LIMITS.proseLength)),
  name: nameSchema,
  /** SHA-256 of the script's file. */
  script: digestSchema,
});

/** Members in the order of canonical JSON, so that a plan of many actions is written again without being sorted. */
export const planSchema = z.strictObject({
  actions: z
    .array(z.strictObject({ action: z.string().max(LIMITS.nameLength), parameters: objectSchema }))
    .min(1)
    .max(LIMITS.actions),
  /** The script that this plan is the acts of; left out of the plan of a single command. */
  ceremony: ceremonySchema.optional(),
  created: timestampSchema,
  epoch: idSchema,
  expires: timestampSchema,
  genesis: digestSchema,
  /** Head of the chain as the requester saw it. */
  head: headSchema,
  host: textSchema,
  /** 128 random bits: a plan is executed once. */
  id: z.string().regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits"),
  quorums: z
    .array(z.strictObject({ generation: z.int().positive(), id: idSchema, manifest: digestSchema, name: nameSchema }))
    .min(1)
    .max(LIMITS.planQuorums),
  reason: textSchema,
  requester: textSchema,
  /** Recipient of approvals that travel; null for a plan that is approved in the room. */
  session: z.strictObject({ kept: z.enum(["sealed", "plain"]), recipient: z.string().max(4096) }).nullable(),
  type: z.literal("plan"),
  vault: idSchema,
  version: z.literal(1),
});

/** An action, or several, with all parameters, that custodians are asked to approve. */
export type Plan = z.infer<typeof planSchema>;

/** SHA-256 of the plan: what custodians compare and sign. */
export function planDigest(plan: Plan): string {
  return digestOf("plan", canonicalJson(plan));
}

/** Whether a plan expires after it was made, and not too long after. */
export function hasLifetime({ created, expires }: Plan): boolean {
  const lifetime = Date.parse(expires) - Date.parse(created);
  return lifetime > 0 && lifetime <= LONGEST_PLAN;
}
