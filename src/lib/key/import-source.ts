import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, nameSchema, textSchema } from "../names.ts";
import type { Line } from "../quorum/action.ts";
import { quorumInForce } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import { ALGORITHMS, type Algorithm, type Usage } from "./algorithm.ts";
import { FORMAT_TITLES, KEY_FORMATS } from "./key-file.ts";
import { guardians, type KeyringReference, keyPath, keyReferenceSchema } from "./reference.ts";
import { checkTransfer, renderTransfer, type TransferSource, transferSourceSchema } from "./transfer-source.ts";
import { requireWrappingKey } from "./wrapping-key.ts";

/** What tells of a key which one it is: of a symmetric one the check value, of an asymmetric one the fingerprint. */
const told = {
  checkValue: z
    .string()
    .regex(/^[0-9a-f]{10}$/)
    .nullable(),
  fingerprint: digestSchema.nullable(),
};

const fileSchema = z.strictObject({
  from: z.literal("file"),
  /** For people. */
  name: textSchema,
  format: z.enum(KEY_FORMATS),
  /** Which key of a JWK set; null: the only one. */
  kid: textSchema.nullable(),
  /** HMAC of the material, under the key of the session. */
  commitment: digestSchema,
  ...told,
});

const componentsSchema = z.strictObject({
  from: z.literal("components"),
  /** Who typed which, in this order. */
  custodians: z.array(nameSchema).min(2).max(3),
  commitment: digestSchema,
  ...told,
});

const wrappedSchema = z.strictObject({
  from: z.literal("wrapped"),
  file: z.strictObject({
    name: textSchema,
    sha256: digestSchema,
    size: z.int().positive().max(LIMITS.importBytes),
  }),
  wrappingKey: keyReferenceSchema,
  ...told,
});

/** Where the material of an imported key comes from. */
export const sourceSchema = z.discriminatedUnion("from", [
  fileSchema,
  componentsSchema,
  wrappedSchema,
  transferSourceSchema,
]);

export type ImportSource = z.infer<typeof sourceSchema>;
export type WrappedSource = z.infer<typeof wrappedSchema>;

/** Whether a wrapping key opens it, which is used up by that. */
export function isWrapped(source: ImportSource): source is WrappedSource | TransferSource {
  return source.from === "wrapped" || source.from === "transfer";
}

/** Quorums that must approve an import into a keyring: its own, and that of what unwraps the key. */
export async function openedBy(source: ImportSource, keyring: KeyringReference, state: Reader): Promise<string[]> {
  const unwraps = isWrapped(source) ? await guardians(state, source.wrappingKey.keyring) : [];
  return [...new Set([...(await guardians(state, keyring)), ...unwraps])];
}

/** Custodians who typed components, and must be among those who approve. */
export function typedBy(source: ImportSource): readonly string[] {
  return source.from === "components" ? source.custodians : [];
}

/** What people read of it. */
export function renderSource(source: ImportSource): Line[] {
  return [...renderOrigin(source), ...renderTold(source)];
}

function renderOrigin(source: ImportSource): Line[] {
  if (source.from === "file") {
    return [
      { label: "Brought in", value: `${source.name}: ${FORMAT_TITLES[source.format]}` },
      ...(source.kid === null ? [] : [{ label: "Key of the set", value: source.kid }]),
      { label: "Commitment", value: source.commitment },
    ];
  }
  if (source.from === "components") {
    return [
      ...source.custodians.map((name, i) => ({
        label: `Component ${i + 1}`,
        value: `typed by ${name}, who must approve`,
      })),
      { label: "Commitment", value: source.commitment },
    ];
  }
  if (source.from === "transfer") return renderTransfer(source);
  const { file, wrappingKey } = source;
  return [
    { label: "Wrapped in", value: `${file.name} (${file.size} bytes)` },
    { label: "SHA-256", value: file.sha256 },
    { label: "Wrapping key", value: `${keyPath(wrappingKey)}, destroyed by this act` },
    { label: "Its id", value: `${wrappingKey.id}, keyring ${wrappingKey.keyring.id}` },
  ];
}

function renderTold({ from, checkValue, fingerprint }: ImportSource): Line[] {
  const lines = [
    ...(checkValue === null ? [] : [{ label: "Check value", value: checkValue }]),
    ...(fingerprint === null ? [] : [{ label: "Fingerprint", value: fingerprint }]),
  ];
  if (from !== "wrapped" || lines.length > 0) return lines;
  return [{ label: "Which key", value: "is not known before it is unwrapped: compare its check value or fingerprint" }];
}

/**
 * @param time at which states are looked at
 * @throws ConclaveError USAGE; NOT_FOUND, REFUSED of the wrapping key
 */
export async function checkSource(
  source: ImportSource,
  { algorithm, keyring, usages }: { algorithm: Algorithm; keyring: KeyringReference; usages: readonly Usage[] },
  state: Reader,
  time: string,
): Promise<void> {
  assertTold(source, algorithm);
  if (source.from === "transfer") await checkTransfer(source, usages, state);
  if (isWrapped(source)) await requireWrappingKey(state, source.wrappingKey, time);
  if (source.from === "components") await checkComponents(source.custodians, algorithm, keyring, state);
}

function assertTold({ from, checkValue, fingerprint }: ImportSource, algorithm: Algorithm): void {
  const symmetric = ALGORITHMS[algorithm].symmetric !== null;
  const unknown = from === "wrapped" && checkValue === null && fingerprint === null;
  if (unknown || ((checkValue !== null) === symmetric && (fingerprint === null) === symmetric)) return;
  const what = symmetric ? "check value" : "fingerprint";
  throw new ConclaveError("USAGE", `${algorithm}: a ${what} tells which key it is`);
}

async function checkComponents(
  custodians: readonly string[],
  algorithm: Algorithm,
  keyring: KeyringReference,
  state: Reader,
): Promise<void> {
  if (ALGORITHMS[algorithm].symmetric === null)
    throw new ConclaveError("USAGE", `a key of ${algorithm} has no components that are typed`);
  const twice = custodians.find((name, i) => custodians.indexOf(name) < i);
  if (twice !== undefined)
    throw new ConclaveError("REFUSED", `${twice} typed two components: each is another custodian's`);
  const [quorum = ""] = await guardians(state, keyring);
  const { name: quorumName, seats } = await quorumInForce(state, quorum);
  const stranger = custodians.find((name) => seats.every((seat) => seat.name !== name));
  if (stranger !== undefined) throw new ConclaveError("REFUSED", `${stranger} is no custodian of quorum ${quorumName}`);
}
