import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { nameSchema } from "../names.ts";
import { newKeyValues } from "./new-key-values.ts";

/** Steps that are commands of their own. */
export const BUILT_IN = ["genesis", "rekey", "restore", "drill", "import", "export"] as const;

/** Operations that need no quorum. */
export const OPERATIONS = ["backup.create", "audit.verify", "audit.checkpoint"] as const;

const pathSchema = z.string().min(1).max(LIMITS.pathLength);
/** `NAME`, or `NAME=ENROLMENT` of one who has an own desk. */
const seatsSchema = z.array(z.string().max(LIMITS.pathLength)).min(2).max(LIMITS.custodians);
/** `NAME=…` each. */
const namedSchema = z.array(z.string().max(LIMITS.pathLength)).max(LIMITS.custodians);

const sharesSchema = {
  threshold: z.int().min(2).max(LIMITS.custodians),
  custodians: seatsSchema,
  /** Folder for the share files, NAME.share each. */
  "shares-dir": pathSchema,
  /** `NAME=PATH` each: the share goes onto the custodian's own medium. */
  "share-out": namedSchema.optional(),
  /** `NAME=WORDS` each: the twelve words of NAME's enrolment, as NAME read them aloud. */
  fingerprint: namedSchema.optional(),
};

/** Parameters of `genesis`: flags of `conclave init`. */
export const genesisSchema = z.strictObject({ name: nameSchema.optional(), ...sharesSchema });

/** Parameters of `rekey`: flags of `conclave quorum rekey`. Without custodians the same get new shares. */
export const rekeySchema = z.strictObject({
  quorum: nameSchema,
  ...sharesSchema,
  threshold: sharesSchema.threshold.optional(),
  custodians: seatsSchema.optional(),
});

/** Parameters of `restore`: the argument and flags of `conclave restore`. */
export const restoreSchema = z.strictObject({
  backup: pathSchema,
  /** Take the newest whole backup of a directory. */
  latest: z.boolean().default(false),
  "older-than-anchor": z.boolean().default(false),
});

/** Parameters of `drill`: whose custodians prove their shares. */
export const drillSchema = z.strictObject({ quorum: nameSchema });

/** Parameters of `import`: flags of `conclave key import --components`. */
export const importSchema = z.strictObject({
  ...newKeyValues,
  /** How many custodians type one. */
  components: z.int().min(2).max(3),
  /** Check value that whoever made the key told: another key is refused. */
  expect: z.string().min(1).max(LIMITS.textLength).optional(),
});

/** Parameters of `export`: the argument and flags of `conclave key export`. */
export const exportSchema = z.strictObject({
  key: z.string().min(1).max(LIMITS.proseLength),
  /** The current one if not given. */
  version: z.int().min(1).optional(),
  /** An age recipient, or a file of age recipients, an RSA public key or another vault's request; several of age in a list. */
  to: z.union([z.string().min(1).max(4096), z.array(z.string().min(1).max(4096)).min(1).max(LIMITS.recipients)]),
  out: pathSchema,
});

/** Parameters of `prove: restore`. */
export const proveSchema = z.strictObject({
  /** Left out: the one that the script made. */
  backup: pathSchema.optional(),
});

/** Parameters of each built-in step. */
export const BUILT_IN_SCHEMAS = {
  genesis: genesisSchema,
  rekey: rekeySchema,
  restore: restoreSchema,
  drill: drillSchema,
  import: importSchema,
  export: exportSchema,
} as const satisfies Record<(typeof BUILT_IN)[number], z.ZodObject>;

/** Parameters of each operation: flags of the command with its name. */
export const OPERATION_SCHEMAS = {
  "backup.create": z.strictObject({ to: pathSchema }),
  "audit.verify": z.strictObject({}),
  "audit.checkpoint": z.strictObject({}),
} as const satisfies Record<(typeof OPERATIONS)[number], z.ZodObject>;
