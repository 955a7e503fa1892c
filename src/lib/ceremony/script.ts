import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { nameSchema, textSchema } from "../names.ts";

/** What a person is told: one paragraph, in which `${inputs.NAME}` stands for an input. */
const proseSchema = z.string().min(1).max(LIMITS.proseLength);

/** A value of `with`: `${inputs.NAME}` as the whole text of a string stands for that input. */
const valueSchema = z.union([
  z.string().max(LIMITS.proseLength),
  z.number(),
  z.boolean(),
  z.array(z.string().max(LIMITS.proseLength)).max(LIMITS.custodians),
]);
const withSchema = z.record(z.string().max(LIMITS.nameLength), valueSchema);

/** What kinds of inputs there are; how each is checked stands in the table of `input.ts`. */
export const INPUT_TYPES = [
  "text",
  "integer",
  "duration",
  "algorithm",
  "key-name",
  "existing-key",
  "keyring-name",
  "quorum-name",
  "custodian-names",
  "directory",
  "existing-file",
  "new-file",
] as const;

export const inputSchema = z.strictObject({
  type: z.enum(INPUT_TYPES),
  prompt: textSchema.min(1),
  /** Taken when nothing else is given; shown in the question. */
  default: z.union([z.string().max(LIMITS.proseLength), z.number()]).optional(),
});

/** Who is needed in the room. */
const rolesSchema = z.strictObject({
  administrator: z.int().min(1).max(9).default(1),
  /** Of which quorum a threshold of custodians comes, or all of them; none where nobody approves anything. */
  custodians: z
    .string()
    .regex(
      /^(?:all of )?quorum (?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|\$\{inputs\.[a-z][a-z0-9-]*\})$/,
      'must be "quorum NAME" or "all of quorum NAME"',
    )
    .optional(),
  witnesses: z.int().min(0).max(9).default(0),
});

/** What the machine checks before step 1. */
const beforeSchema = z.union([
  z.strictObject({
    host: z.strictObject({
      swap: z.literal("off").optional(),
      network: z.literal("down").optional(),
      clock: z.literal("confirmed").optional(),
    }),
  }),
  z.strictObject({
    vault: z.strictObject({
      chain: z.literal("verified").optional(),
      /** `absent`: there is none yet at the place; `pending-free`: no quorum waits for proofs. */
      state: z.enum(["present", "absent"]).optional(),
    }),
  }),
]);

const WHO = ["administrator", "custodians", "witnesses", "everyone"] as const;

/** What every step may say beside what it does. */
const common = {
  /** Who acts; by default the administrator. */
  who: z.enum(WHO).optional(),
  /** How long it takes, in minutes. */
  minutes: z.int().min(1).max(240).optional(),
  /** What to do when it goes wrong. */
  otherwise: proseSchema.optional(),
};

/** What can be shown from the vault, for people to compare or copy. */
export const SHOWN = ["key-check-value", "genesis-hash", "checkpoint", "quorum", "status", "backup-digest"] as const;

/** Operations that need no quorum. */
export const OPERATIONS = ["backup.create", "audit.verify", "audit.checkpoint"] as const;

/** Steps that are commands of their own: each makes its own plan, or none. */
const genesisSchema = withSchema;

export const stepSchema = z.union([
  /** Read aloud, then ticked. */
  z.strictObject({ read: proseSchema, ...common }),
  /** Looked at by a person, who says yes or records an exception. */
  z.strictObject({ check: proseSchema, ...common }),
  /** Part of the script's plan. */
  z.strictObject({ action: z.string().max(LIMITS.nameLength), with: withSchema.default({}), ...common }),
  z.strictObject({ show: z.enum(SHOWN), ...common }),
  z.strictObject({ do: z.enum(OPERATIONS), with: withSchema.default({}), ...common }),
  /** Opens the backup that `do: backup.create` made, in a scratch place, by a plan of its own. */
  z.strictObject({ prove: z.literal("restore"), ...common }),
  z.strictObject({ genesis: genesisSchema, ...common }),
  z.strictObject({ rekey: withSchema, ...common }),
  z.strictObject({ restore: withSchema, ...common }),
  /** Each custodian of a quorum proves the own share, one after the other. */
  z.strictObject({ drill: withSchema, ...common }),
]);

const SIGNERS = ["custodians", "witnesses"] as const;

/** A ceremony script as it is written: what was reviewed is what runs. */
export const scriptSchema = z.strictObject({
  ceremony: nameSchema,
  title: textSchema.min(1),
  /** What it is for, and when to hold it. */
  purpose: proseSchema.optional(),
  roles: rolesSchema,
  inputs: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "must be of small letters, digits and hyphens"), inputSchema)
    .default({}),
  before: z.array(beforeSchema).max(16).default([]),
  steps: z.array(stepSchema).min(1).max(LIMITS.scriptSteps),
  after: z
    .array(z.strictObject({ sign: z.array(z.enum(SIGNERS)).min(1) }))
    .max(1)
    .default([]),
});

export type Script = z.infer<typeof scriptSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Input = z.infer<typeof inputSchema>;
