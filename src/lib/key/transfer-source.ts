import { z } from "zod";
import { sha256Hex } from "../crypto/digest.ts";
import { digestWords } from "../crypto/words.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, shortened, textSchema } from "../names.ts";
import type { Line } from "../quorum/action.ts";
import type { Reader } from "../storage/storage.ts";
import { USAGES, type Usage } from "./algorithm.ts";
import { type KeyReference, keyPath, keyReferenceSchema, referenceTo } from "./reference.ts";
import { parseTransfer, type Transfer, wrappedOf } from "./transfer.ts";

export const transferSourceSchema = z.strictObject({
  from: z.literal("transfer"),
  file: z.strictObject({
    name: textSchema,
    sha256: digestSchema,
    size: z.int().positive().max(LIMITS.importBytes),
  }),
  wrappingKey: keyReferenceSchema,
  /** The vault that sent it, as the file says. */
  vault: z.strictObject({ id: idSchema, name: nameSchema, hostKey: publicKeySchema, rehearsal: z.boolean() }),
  /** What the key is there. */
  key: keyReferenceSchema,
  version: z.int().positive(),
  /** What it may be used for at most, in the order of `USAGES`. */
  usages: z.array(z.enum(USAGES)).min(1).max(USAGES.length),
  /** Whether the words of the file were compared with those that its senders read aloud. */
  words: z.enum(["checked", "unchecked"]),
  checkValue: z
    .string()
    .regex(/^[0-9a-f]{10}$/)
    .nullable(),
  fingerprint: digestSchema.nullable(),
});

/** A key that another vault sent, as the plan of its import says it. */
export type TransferSource = z.infer<typeof transferSourceSchema>;

/** What people read of it, but for what tells which key it is. */
export function renderTransfer({ file, wrappingKey, vault, key, version, usages, words }: TransferSource): Line[] {
  const compared = words === "checked" ? "compared" : "NOT compared: anybody may have made the file";
  return [
    { label: "Sent by", value: `vault ${vault.name} (${vault.id})${vault.rehearsal ? ", a REHEARSAL" : ""}` },
    { label: "Its host key", value: vault.hostKey },
    { label: "There", value: `${keyPath(key)} version ${version} (${key.id}, keyring ${key.keyring.id})` },
    { label: "For at most", value: usages.join(", ") },
    { label: "In", value: `${file.name} (${file.size} bytes)` },
    { label: "SHA-256", value: file.sha256 },
    { label: "Its words", value: `${digestWords(file.sha256)}: ${compared}` },
    { label: "Wrapping key", value: `${keyPath(wrappingKey)}, destroyed by this act` },
    { label: "Its id", value: `${wrappingKey.id}, keyring ${wrappingKey.keyring.id}` },
  ];
}

/** @throws ConclaveError REFUSED: wider than where it comes from, or from a rehearsal into a vault that is none */
export async function checkTransfer(
  { usages: most, vault, key }: TransferSource,
  usages: readonly Usage[],
  state: Reader,
): Promise<void> {
  const refuse = (problem: string) =>
    new ConclaveError("REFUSED", `key ${keyPath(key)} of vault ${vault.name} ${problem}`);
  if (vault.rehearsal && (await state.find("vault", {}))?.rehearsal !== 1)
    throw refuse("is a rehearsal's, whose keys are worth nothing");
  const wider = usages.filter((usage) => !most.includes(usage));
  if (wider.length > 0) throw refuse(`is for ${most.join(", ")}: usages can only be narrowed, not ${wider.join(", ")}`);
}

/**
 * What a transfer says, for the plan of its import.
 * @param name of the file, for people
 * @throws ConclaveError INPUT_MALFORMED; REFUSED it was sent to another vault; NOT_FOUND its wrapping key
 */
export async function transferSource(
  state: Reader,
  { name, bytes }: { name: string; bytes: Uint8Array },
  words: "checked" | "unchecked",
): Promise<{ source: TransferSource; transfer: Transfer }> {
  const transfer = parseTransfer(bytes, name);
  const { to } = transfer;
  const here = await state.find("vault", {});
  if (here?.id !== to.vault) throw new ConclaveError("REFUSED", `${name} was sent to another vault (${to.vault})`);
  const key = await state.find("keys", { id: to.wrappingKey.id });
  const keyring = key && (await state.find("keyrings", { id: key.keyring }));
  if (key === undefined || keyring === undefined)
    throw new ConclaveError("NOT_FOUND", `no key with id ${to.wrappingKey.id}, to which ${name} was sealed`);
  const wrappingKey = referenceTo(key, keyring);
  return { source: describe(transfer, wrappingKey, name, bytes, words), transfer };
}

/** The wrapped material of the file that a plan tells of. @throws ConclaveError INPUT_MALFORMED; REFUSED it says something else */
export function wrappedIn(source: TransferSource, bytes: Uint8Array): Uint8Array {
  const transfer = parseTransfer(bytes, source.file.name);
  const told = describe(transfer, source.wrappingKey, source.file.name, bytes, source.words);
  if (canonicalJson(told) !== canonicalJson(source) || transfer.to.wrappingKey.id !== source.wrappingKey.id)
    throw new ConclaveError("REFUSED", `the plan says something else of ${source.file.name} than it does itself`);
  return wrappedOf(transfer);
}

function describe(
  { from, key }: Transfer,
  wrappingKey: KeyReference,
  name: string,
  bytes: Uint8Array,
  words: "checked" | "unchecked",
): TransferSource {
  return {
    from: "transfer",
    file: {
      name: shortened(name),
      sha256: sha256Hex(bytes),
      size: bytes.length,
    },
    wrappingKey,
    vault: { id: from.vault, name: from.name, hostKey: from.hostKey, rehearsal: from.rehearsal },
    key: { id: key.id, name: key.name, keyring: key.keyring },
    version: key.version,
    usages: key.usages,
    words,
    checkValue: key.checkValue,
    fingerprint: key.fingerprint,
  };
}
