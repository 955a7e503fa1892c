import { z } from "zod";
import { digestOf } from "../crypto/digest.ts";
import { isSoundPublicKey } from "../crypto/signature.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { canonicalJson, parseCanonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema } from "../names.ts";

const seatSchema = z.strictObject({
  name: nameSchema,
  /** Coordinate of the share. */
  x: z.int().min(1).max(LIMITS.custodians),
  custodianKey: publicKeySchema,
  shareKey: publicKeySchema,
  /** age recipients to which the share is sealed; none if it is sealed to a passphrase. */
  recipients: z.array(z.string().max(4096)).max(8),
  /** Where the custodian key was made: at the custodian's own desk, or on the vault's host. */
  key: z.enum(["own", "host"]),
  /** Whether the words of the enrolment were compared; null for a key made on the host. */
  enrolment: z.enum(["checked", "unchecked"]).nullable(),
});

export const manifestSchema = z.strictObject({
  type: z.literal("manifest"),
  version: z.literal(1),
  vault: idSchema,
  quorum: idSchema,
  name: nameSchema,
  generation: z.int().min(1).max(0xffff),
  threshold: z.int().min(2).max(LIMITS.custodians),
  /** Recognises the rebuilt quorum secret. */
  commitment: digestSchema,
  /** age recipient to which backups are sealed. */
  backupRecipient: z.string().max(4096),
  rehearsal: z.boolean(),
  /** Hash of the manifest of the generation before; null for the first. */
  previous: digestSchema.nullable(),
  custodians: z.array(seatSchema).min(2).max(LIMITS.custodians),
});

/** One generation of a quorum: who its custodians are, how many must act together, how their shares are recognised. */
export type Manifest = z.infer<typeof manifestSchema>;

/** A custodian's place in a manifest. */
export type Seat = z.infer<typeof seatSchema>;

/** SHA-256 of the manifest: salt of the quorum key, and what names the generation in plans and on share cards. */
export function manifestHash(manifest: Manifest): string {
  return digestOf("manifest", canonicalJson(manifest));
}

/** @throws IntegrityError not a manifest, or one that `manifestProblem` refuses */
export function parseManifest(text: string): Manifest {
  const refuse = (problem: string) => new IntegrityError("manifest", problem);
  const manifest = parseCanonicalJson(text, manifestSchema, refuse);
  const problem = manifestProblem(manifest);
  if (problem !== undefined) throw refuse(problem);
  return manifest;
}

/**
 * Why custodians could not be independent of each other: a threshold that can't be met, one person
 * or one key in two seats, a key under which anything verifies.
 * @returns undefined if nothing is wrong
 */
export function manifestProblem(manifest: Pick<Manifest, "threshold" | "custodians">): string | undefined {
  const { threshold, custodians } = manifest;
  if (threshold > custodians.length) return `threshold ${threshold} of only ${custodians.length} custodians`;
  const unsound = custodians.find((seat) => ![seat.custodianKey, seat.shareKey].every(isSoundPublicKey));
  if (unsound !== undefined) return `a key of ${unsound.name} is of small order or not canonical`;

  const columns = [
    ["name", custodians.map((seat) => seat.name.toLowerCase())],
    ["x coordinate", custodians.map((seat) => String(seat.x))],
    ["key", custodians.flatMap((seat) => [seat.custodianKey, seat.shareKey])],
    ["recipient", custodians.flatMap((seat) => seat.recipients)],
  ] as const;
  const doubled = columns.find(([, values]) => new Set(values).size < values.length);
  return doubled && `two seats with the same ${doubled[0]}`;
}

/** A threshold and number of custodians that can't be dual control are refused before anything is asked. */
export function assertThreshold(threshold: number, custodians: number): void {
  if (threshold < 2) {
    throw new ConclaveError("USAGE", `threshold ${threshold}: a quorum needs 2 or more, or one custodian acts alone`, {
      suggestions: [
        "Enrol several recipients for one custodian if one person needs several media",
        "Use --threshold 2 with three custodians",
      ],
    });
  }
  if (threshold > custodians || custodians > LIMITS.custodians) {
    throw new ConclaveError("USAGE", `threshold ${threshold} of ${custodians} custodians`, {
      suggestions: [`Name ${threshold} to ${LIMITS.custodians} custodians with --custodian`],
    });
  }
}
