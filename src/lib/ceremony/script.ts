import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { nameSchema, textSchema } from "../names.ts";
import { OPERATIONS } from "./built-in.ts";
import { INPUT_TYPES } from "./input-type.ts";

/** What a person is told: one paragraph, in which `${inputs.NAME}` stands for an input. */
const proseSchema = z.string().min(1).max(LIMITS.proseLength);

/** A value of `with`: `${inputs.NAME}` as the whole text of a string stands for that input. */
const valueSchema = z.union([
  z.string().max(LIMITS.proseLength),
  z.number(),
  z.boolean(),
  z.array(z.string().max(LIMITS.proseLength)).max(LIMITS.custodians),
]);

/** Parameters, as the script has them; what of them is known and needed stands with whatever takes them. */
const withSchema = z.record(z.string().max(LIMITS.nameLength), valueSchema);

export const INPUT_NAME = /^[a-z][a-z0-9-]{0,31}$/;

export const inputSchema = z.strictObject({
  type: z.enum(INPUT_TYPES).describe("how it is checked and asked for"),
  prompt: textSchema.min(1),
  default: z
    .union([z.string().max(LIMITS.proseLength), z.int()])
    .optional()
    .describe("taken when nothing else is given"),
});

/** Who is needed in the room. */
const rolesSchema = z.strictObject({
  administrator: z.int().min(1).max(9).default(1),
  /** Of which quorum a threshold of custodians comes, or all of them; left out where nobody approves anything. */
  custodians: z
    .string()
    .regex(
      /^(?:all of )?quorum (?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}|\$\{inputs\.[a-z][a-z0-9-]{0,31}\})$/,
      'must be "quorum NAME" or "all of quorum NAME"',
    )
    .optional(),
  newcomers: z
    .string()
    .max(LIMITS.proseLength)
    .optional()
    .describe("the custodians who get a new share: names, or an input of them"),
  witnesses: z.int().min(0).max(9).default(0),
});

/** What the machine checks before step 1. */
const hostSchema = z.strictObject({
  swap: z.literal("off").optional(),
  network: z.literal("down").optional(),
  clock: z.literal("confirmed").optional(),
});

const vaultSchema = z.strictObject({
  state: z.enum(["present", "absent"]).optional().describe("absent: there is none yet at its place"),
  chain: z.literal("verified").optional(),
});

const beforeSchema = z.union([z.strictObject({ host: hostSchema }), z.strictObject({ vault: vaultSchema })]);

/** Who acts in a step. `newcomers` are the custodians who get a new share. */
export const WHO = ["administrator", "custodians", "newcomers", "witnesses", "everyone"] as const;

/** What every step may say beside what it does. */
const common = {
  who: z.enum(WHO).optional().describe("who acts"),
  minutes: z.int().min(1).max(240).optional().describe("how long it takes, in minutes"),
  note: proseSchema.optional().describe("how it is done: what people look at, and what they write down"),
  otherwise: proseSchema.optional().describe("what to do when it goes wrong"),
};

/** What can be shown from the vault, for people to compare or copy. */
export const SHOWN = ["key-check-value", "genesis-hash", "checkpoint", "quorum", "status", "backup-digest"] as const;

/** What kinds of steps there are, by the word that makes a step one of them. */
export const STEPS = {
  /** Read aloud, then ticked. */
  read: z.strictObject({ read: proseSchema, ...common }),
  /** Looked at by a person, who says yes or records an exception. */
  check: z.strictObject({ check: proseSchema, ...common }),
  /** Part of the script's plan. */
  action: z.strictObject({ action: z.string().max(LIMITS.nameLength), with: withSchema.default({}), ...common }),
  /** Shown by the machine. */
  show: z.strictObject({ show: z.enum(SHOWN), ...common }),
  /** An operation that needs no quorum. */
  do: z.strictObject({ do: z.enum(OPERATIONS), with: withSchema.default({}), ...common }),
  /** Opens a backup in a scratch place, by a plan of its own: the one that `do: backup.create` made, or `with: { backup: FILE }`. */
  prove: z.strictObject({ prove: z.literal("restore"), with: withSchema.default({}), ...common }),
  /** Commands of their own, each with a plan of its own, or none. */
  genesis: z.strictObject({ genesis: withSchema, ...common }),
  rekey: z.strictObject({ rekey: withSchema, ...common }),
  restore: z.strictObject({ restore: withSchema, ...common }),
  /** Each custodian of a quorum proves the own share, one after the other. */
  drill: z.strictObject({ drill: withSchema, ...common }),
  /** A key comes in, in components that custodians type; one leaves, sealed. Each by a plan of its own. */
  import: z.strictObject({ import: withSchema, ...common }),
  export: z.strictObject({ export: withSchema, ...common }),
} as const;

export type StepKind = keyof typeof STEPS;

export const STEP_KINDS = Object.keys(STEPS) as readonly StepKind[];

export const stepSchema = z.union([
  STEPS.read,
  STEPS.check,
  STEPS.action,
  STEPS.show,
  STEPS.do,
  STEPS.prove,
  STEPS.genesis,
  STEPS.rekey,
  STEPS.restore,
  STEPS.drill,
  STEPS.import,
  STEPS.export,
]);

/** Who signs the transcript at the end, beside the host. */
export const SIGNERS = ["custodians", "witnesses"] as const;

/** A ceremony script as it is written: what was reviewed is what runs. */
export const scriptSchema = z.strictObject({
  ceremony: nameSchema,
  title: textSchema.min(1),
  purpose: proseSchema.optional().describe("what it is for, when to hold it, what to bring"),
  roles: rolesSchema,
  inputs: z
    .record(z.string().regex(INPUT_NAME, "must be of small letters, digits and hyphens"), inputSchema)
    .default({}),
  before: z.array(beforeSchema).max(16).default([]),
  steps: z.array(stepSchema).min(1).max(LIMITS.scriptSteps),
  after: z
    .array(z.strictObject({ sign: z.array(z.enum(SIGNERS)).min(1).max(SIGNERS.length) }))
    .max(1)
    .default([]),
});

export type Script = z.infer<typeof scriptSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Input = z.infer<typeof inputSchema>;
export type Value = z.infer<typeof valueSchema>;
export type Values = z.infer<typeof withSchema>;

/** The word that makes a step what it is. */
export function kindOf(step: Step): StepKind {
  const kind = STEP_KINDS.find((name) => name in step);
  if (kind === undefined) throw new TypeError("a step of no kind");
  return kind;
}

/** The parameters of a step: its `with`, or what stands behind the word of a built-in step. */
export function valuesOf(step: Step): Values {
  if ("with" in step) return step.with;
  if ("genesis" in step) return step.genesis;
  if ("rekey" in step) return step.rekey;
  if ("restore" in step) return step.restore;
  if ("drill" in step) return step.drill;
  if ("import" in step) return step.import;
  if ("export" in step) return step.export;
  return {};
}
