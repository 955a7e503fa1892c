import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { utf8 } from "../bytes.ts";
import { recipientKind, recipientsProblem } from "../crypto/age-recipient.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { sealPkcs8 } from "../crypto/pbes2.ts";
import { wrapByRsaAes } from "../crypto/rsa-aes-wrap.ts";
import { oaepCapacity, wrapByOaep } from "../crypto/rsa-oaep.ts";
import { digestWords } from "../crypto/words.ts";
import { writePem, writeSecretPem } from "../crypto/write-pem.ts";
import { LIMITS } from "../limits.ts";
import type { Line } from "../quorum/action.ts";
import type { Secret } from "../secret.ts";
import { sealToRecipients } from "../share/recipients.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";
import { keyPath } from "./reference.ts";
import { keyFingerprint, wrappingKey } from "./rsa-recipient.ts";
import { type TransferRequest, transferRequestDigest, transferRequestSchema } from "./transfer-request.ts";

/** How a secret is wrapped to an RSA key: by itself, or by an AES key that is. */
export type RsaMechanism = "rsa-aes-key-wrap" | "rsa-oaep";

export const RSA_MECHANISMS = ["rsa-aes-key-wrap", "rsa-oaep"] as const satisfies readonly RsaMechanism[];

const ageSchema = z.strictObject({
  kind: z.literal("age"),
  recipients: z
    .array(z.string().max(4096))
    .max(LIMITS.recipients)
    .refine(
      (recipients) => recipientsProblem(recipients) === undefined,
      "must be age recipients, all post-quantum or none",
    ),
});

const rsaSchema = z.strictObject({
  kind: z.literal("rsa"),
  mechanism: z.enum(RSA_MECHANISMS),
  /** SubjectPublicKeyInfo in PEM. */
  publicKey: z
    .string()
    .max(4096)
    .refine((pem) => wrappingKey(pem) !== undefined, "must be an RSA public key of at least 2048 bits, in PEM"),
});

const passphraseSchema = z.strictObject({ kind: z.literal("passphrase") });

const vaultSchema = z.strictObject({
  kind: z.literal("vault"),
  request: transferRequestSchema,
  /** Whether the words of the request were compared with those that its makers read aloud. */
  words: z.enum(["checked", "unchecked"]),
});

/** To whom an exported secret is sealed, as it stands in a plan. */
export const recipientSchema = z.discriminatedUnion("kind", [ageSchema, rsaSchema, passphraseSchema, vaultSchema]);

export type ExportRecipient = z.infer<typeof recipientSchema>;
type RsaRecipient = z.infer<typeof rsaSchema>;

/** Longest spelling of an age recipient that is shown whole: that of X25519 is, in characters. */
const SHOWN_WHOLE = 80;
const SHOWN_HEAD = 24;

/** What to do about a `recipientProblem`. */
export const OTHER_RECIPIENT = "Seal it to an age recipient, or to an RSA key by the default mechanism: --to";

const MECHANISM_TITLES = {
  "rsa-aes-key-wrap": "RSA-OAEP (SHA-256) of an AES-256 key, AES-KWP under it",
  "rsa-oaep": "RSA-OAEP (SHA-256)",
} as const satisfies Record<RsaMechanism, string>;

/** What custodians must know of whoever can open what leaves the vault. */
export function recipientLines(to: ExportRecipient): Line[] {
  if (to.kind === "age")
    return to.recipients.map((recipient) => ({ label: "Sealed to", value: `age ${recipientText(recipient)}` }));
  if (to.kind === "rsa") return rsaLines(to);
  if (to.kind === "vault") return vaultLines(to.request, to.words);
  return [{ label: "Sealed to", value: "a passphrase, chosen at the host when it is executed" }];
}

/**
 * Digests by which an audit entry names the recipients: of age recipients as they are written, of an RSA key its
 * fingerprint, of a vault that of its request.
 */
export function recipientFingerprints(to: ExportRecipient): string[] {
  if (to.kind === "age") return to.recipients.map((recipient) => sha256Hex(utf8(recipient)));
  if (to.kind === "rsa") return [keyFingerprint(soundKey(to))];
  return to.kind === "vault" ? [transferRequestDigest(to.request)] : [];
}

/** Why a key of this algorithm can't be exported so; undefined if it can. */
export function recipientProblem(to: ExportRecipient, algorithm: Algorithm, length?: number): string | undefined {
  if (to.kind === "passphrase" && ALGORITHMS[algorithm].publicKey === null)
    return `a key of ${algorithm} has no PKCS#8 form, which is what a passphrase seals`;
  if (to.kind !== "rsa" || to.mechanism !== "rsa-oaep") return undefined;
  if (algorithm.startsWith("rsa-") || algorithm.startsWith("ml-"))
    return `a key of ${algorithm} is too long for RSA-OAEP alone`;
  const capacity = oaepCapacity(soundKey(to));
  return (length ?? 0) <= capacity ? undefined : `${length} bytes: RSA-OAEP under this key takes ${capacity}`;
}

/**
 * Seal the secret of a key.
 *
 * @param material symmetric: the key's bytes; asymmetric: PKCS#8 in DER. Stays the caller's
 * @param passphrase where a passphrase seals it
 * @returns what may leave the vault: an age file, armored; the wrapped key; encrypted PKCS#8 in PEM
 */
export async function sealTo(
  to: Exclude<ExportRecipient, { kind: "vault" }>,
  algorithm: Algorithm,
  material: Secret,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  if (to.kind === "age") {
    using text = ALGORITHMS[algorithm].publicKey === null ? material.slice(0) : writeSecretPem("PRIVATE KEY", material);
    return await sealToRecipients(text, to.recipients);
  }
  if (to.kind === "rsa") {
    const key = soundKey(to);
    return to.mechanism === "rsa-oaep" ? wrapByOaep(key, material) : wrapByRsaAes(key, material);
  }
  if (passphrase === undefined) throw new TypeError("an export to a passphrase without one");
  return writePem("ENCRYPTED PRIVATE KEY", sealPkcs8(material, passphrase));
}

/** How whoever receives what left the vault opens it, for a person. */
export function openingHint(to: ExportRecipient): string {
  if (to.kind === "age") return "It opens with: age -d -i IDENTITY FILE";
  if (to.kind === "passphrase") return "It opens with: openssl pkey -in FILE";
  if (to.kind === "vault") return "It opens in that vault alone, once: conclave key import NAME --transfer FILE";
  return to.mechanism === "rsa-oaep"
    ? "It is imported as RSA-OAEP with SHA-256 (AWS: RSAES_OAEP_SHA_256)"
    : "It is imported as CKM_RSA_AES_KEY_WRAP with SHA-256 (AWS: RSA_AES_KEY_WRAP_SHA_256; Google: RSA_OAEP_…_SHA256_AES_256)";
}

function rsaLines(to: RsaRecipient): Line[] {
  const key = soundKey(to);
  const print = keyFingerprint(key);
  return [
    { label: "Sealed to", value: `an RSA key of ${key.asymmetricKeyDetails?.modulusLength} bits` },
    { label: "Its fingerprint", value: print },
    { label: "Its words", value: digestWords(print) },
    { label: "Wrapped by", value: MECHANISM_TITLES[to.mechanism] },
  ];
}

/** The key of a recipient that its schema took. */
function soundKey({ publicKey }: RsaRecipient): KeyObject {
  const key = wrappingKey(publicKey);
  if (key === undefined) throw new TypeError("a recipient that its schema refuses");
  return key;
}

function vaultLines(request: TransferRequest, words: "checked" | "unchecked"): Line[] {
  const { vault, name, rehearsal, wrappingKey: key, expires, hostKey } = request;
  const digest = transferRequestDigest(request);
  const compared = words === "checked" ? "words compared" : "words NOT compared: anybody may have made it";
  return [
    { label: "Sealed to", value: `vault ${name} (${vault})${rehearsal ? ", a REHEARSAL" : ""}` },
    { label: "Its host key", value: hostKey },
    { label: "By its key", value: `${keyPath(key)} (${key.id}, keyring ${key.keyring.id}), until ${expires}` },
    { label: "Its request", value: `${digest}, ${compared}` },
    { label: "Its words", value: digestWords(digest) },
  ];
}

function recipientText(recipient: string): string {
  if (recipient.length <= SHOWN_WHOLE) return recipient;
  const kind = recipientKind(recipient)?.includes("tag") === true ? "hardware key" : "key";
  return `${recipient.slice(0, SHOWN_HEAD)}…, a post-quantum ${kind}, SHA-256 ${sha256Hex(utf8(recipient))}`;
}
