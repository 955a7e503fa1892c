import { z } from "zod";
import { DAY } from "../clock.ts";
import { digestOf } from "../crypto/digest.ts";
import { canonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, textSchema, timestampSchema } from "../names.ts";

/** Longest life of a plan, in milliseconds. */
export const LONGEST_PLAN = 30 * DAY;

export const headSchema = z.strictObject({ size: z.int().positive(), root: digestSchema });

export const planSchema = z.strictObject({
  type: z.literal("plan"),
  version: z.literal(1),
  vault: idSchema,
  epoch: idSchema,
  genesis: digestSchema,
  /** 128 random bits: a plan is executed once. */
  id: z.string().regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits"),
  quorums: z
    .array(z.strictObject({ id: idSchema, name: nameSchema, generation: z.int().positive(), manifest: digestSchema }))
    .min(1),
  requester: textSchema,
  host: textSchema,
  reason: textSchema,
  created: timestampSchema,
  expires: timestampSchema,
  /** Head of the chain as the requester saw it. */
  head: headSchema,
  /** Recipient of approvals that travel; null for a plan that is approved in the room. */
  session: z.strictObject({ recipient: z.string().max(4096), kept: z.enum(["sealed", "plain"]) }).nullable(),
  actions: z
    .array(z.strictObject({ action: z.string().max(LIMITS.nameLength), parameters: z.record(z.string(), z.unknown()) }))
    .min(1)
    .max(LIMITS.actions),
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
