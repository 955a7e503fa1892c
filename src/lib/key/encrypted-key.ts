import { createPrivateKey } from "node:crypto";
import { hex } from "../bytes.ts";
import { type DerValue, INTEGER, OBJECT_IDENTIFIER } from "../crypto/der.ts";
import { view } from "../crypto/signature.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { readStrictly } from "./private-key.ts";
import { malformedKey } from "./refused-key.ts";

/** Object identifiers of PKCS #5 (RFC 8018 appendix A) and scrypt (RFC 7914 section 7), as hexadecimal digits. */
const [PBES2, PBKDF2, SCRYPT] = ["2a864886f70d01050d", "2a864886f70d01050c", "2b06010401da47040b"] as const;
/** Highest parallelisation of scrypt that is computed; OpenSSL bounds its memory. */
const SCRYPT_PARALLEL = 16;

const CONVERT = "Write it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in FILE -out NEW";

/**
 * The private key in an EncryptedPrivateKeyInfo (RFC 5958 section 3): OpenSSL opens it, once what it costs is known.
 *
 * @param der stays the caller's
 * @returns PKCS#8 in DER, the caller's to dispose of
 * @throws ConclaveError INPUT_MALFORMED it isn't one, or costs too much, or the passphrase does not open it
 */
export async function openEncryptedKey(der: Secret, passphrase: () => Promise<string>): Promise<Secret> {
  assertCost(der.reveal());
  const given = await passphrase();
  try {
    const key = createPrivateKey({ key: view(der.reveal()), format: "der", type: "pkcs8", passphrase: given });
    const opened = key.export({ format: "der", type: "pkcs8" });
    return new Secret(new Uint8Array(opened.buffer, opened.byteOffset, opened.byteLength));
  } catch {
    throw malformedKey("the passphrase does not open it, or it is damaged"); // OpenSSL can't tell which
  }
}

function assertCost(bytes: Uint8Array): void {
  const [scheme] = readStrictly(bytes).members;
  if (oidOf(scheme) !== PBES2)
    throw malformedKey("encrypted in a way of old, under a key that is guessed fast", CONVERT);
  const derivation = scheme?.members[1]?.members[0];
  const [, ...numbers] = derivation?.members[1]?.members ?? [];
  const [first, , third] = numbers.map(({ tag, content }) => (tag === INTEGER ? Number(`0x${hex(content)}`) : 0));
  const name = oidOf(derivation);
  if (name === PBKDF2 && (first ?? 0) > LIMITS.importRounds) {
    throw malformedKey(`its passphrase takes ${first} rounds, at most ${LIMITS.importRounds} are computed`, CONVERT);
  }
  if (name === SCRYPT && (third ?? 0) > SCRYPT_PARALLEL) throw malformedKey("its passphrase takes too long", CONVERT);
  if (name !== PBKDF2 && name !== SCRYPT)
    throw malformedKey("its passphrase goes through no PBKDF2, nor scrypt", CONVERT);
}

/** Digits of the identifier that an AlgorithmIdentifier begins with. */
function oidOf(identifier: DerValue | undefined): string | undefined {
  const oid = identifier?.members[0];
  return oid?.tag === OBJECT_IDENTIFIER ? hex(oid.content) : undefined;
}
