import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { fromHex, hex } from "../bytes.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import {
  BIT_STRING,
  type DerValue,
  INTEGER,
  OBJECT_IDENTIFIER,
  OCTET_STRING,
  readDer,
  SEQUENCE,
  writeDer,
} from "../crypto/der.ts";
import { view } from "../crypto/signature.ts";
import { Secret } from "../secret.ts";
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm } from "./algorithm.ts";
import { assertUneven, type BroughtKey } from "./brought-key.ts";
import { checkCurve } from "./curve-check.ts";
import { isOf } from "./fingerprint.ts";
import { checkPairwise } from "./pairwise-check.ts";
import { malformedKey, weakKey } from "./refused-key.ts";
import { checkRsa } from "./rsa-check.ts";

/** How the DER of a private key is laid out: RFC 5958, RFC 8017 appendix A.1.2, RFC 5915. */
export type PrivateKeyStructure = "pkcs8" | "pkcs1" | "sec1";

/** Families of keys by the hexadecimal digits of their object identifiers. */
const FAMILIES: Readonly<Record<string, string>> = {
  "2a864886f70d010101": "rsa",
  "2a8648ce3d0201": "ec",
  "2b656e": "x25519",
  "2b6570": "ed25519",
  "608648016503040311": "ml-dsa",
  "608648016503040312": "ml-dsa",
  "608648016503040313": "ml-dsa",
  "608648016503040401": "ml-kem",
  "608648016503040402": "ml-kem",
  "608648016503040403": "ml-kem",
};

/** Some that the vault doesn't have, to be refused by their names. */
const OTHERS: Readonly<Record<string, string>> = {
  "2a864886f70d01010a": "an RSA key for RSASSA-PSS alone",
  "2a8648ce380401": "a DSA key",
  "2a864886f70d010301": "a Diffie-Hellman key",
  "2b656f": "an X448 key",
  "2b6571": "an Ed448 key",
};

const [CURVE, POINT, PUBLIC_KEY] = [0xa0, 0xa1, 0x81] as const;

const PKCS12_VERSION = 3;
const FROM_PKCS12 = "Take the key out: openssl pkcs12 -in FILE -nocerts -out NEW";

/** What the DER of a private key says. */
interface Described {
  family: string;
  /** What the family makes of it. */
  inner: DerValue;
  /** Digits of the curve's object identifier; undefined for other keys, and for a curve that has no name. */
  curve: string | undefined;
  /** The public half beside the private one, if there is any. */
  publicKey: Uint8Array | undefined;
}

/**
 * The private key that some DER is: read strictly, recognised, checked, and written again in one way.
 *
 * @param der stays the caller's
 * @returns the material in PKCS#8, the caller's to dispose of
 * @throws ConclaveError INPUT_MALFORMED it is no such key, or not in DER; REFUSED naming why it is weak, or not its own
 */
export function readPrivateKey(der: Secret, structure: PrivateKeyStructure): BroughtKey {
  const described = describe(readStrictly(der.reveal()), structure);
  const privateKey = described.family === "ec" ? loadEc(described) : load(der, structure, described);
  const publicKey = createPublicKey(privateKey);
  if (described.publicKey !== undefined && described.family !== "ec") assertPublicHalf(publicKey, described.publicKey);
  const algorithm = algorithmOf(privateKey);
  if (algorithm === undefined) throw weakKey("of no algorithm that the vault knows");
  checkPairwise(algorithm, privateKey, publicKey);
  const again = privateKey.export({ format: "der", type: "pkcs8" });
  return {
    algorithm,
    material: new Secret(new Uint8Array(again.buffer, again.byteOffset, again.byteLength)),
    checkValue: null,
    publicKey: publicKey.export({ format: "pem", type: "spki" }),
  };
}

function describe(value: DerValue, structure: PrivateKeyStructure): Described {
  if (value.tag !== SEQUENCE) throw malformedKey(`not laid out as ${structure.toUpperCase()}`);
  if (structure === "pkcs8") return describePkcs8(value);
  if (structure === "pkcs1") return { family: "rsa", inner: value, curve: undefined, publicKey: undefined };
  return describeEc(value, undefined);
}

/** OneAsymmetricKey (RFC 5958 section 2). */
function describePkcs8({ members }: DerValue): Described {
  const [version, identifier, octets, ...rest] = members;
  const [oid, parameters] = identifier?.members ?? [];
  const wellFormed = version?.tag === INTEGER && oid?.tag === OBJECT_IDENTIFIER && octets?.tag === OCTET_STRING;
  if (version?.content[0] === PKCS12_VERSION) throw malformedKey("a PKCS#12 file", FROM_PKCS12);
  if (!wellFormed) throw malformedKey("not laid out as PKCS8");
  const family = FAMILIES[hex(oid.content)];
  if (family === undefined) {
    throw weakKey(OTHERS[hex(oid.content)] ?? `of an algorithm that the vault doesn't know (${hex(oid.content)})`);
  }
  const inner = readStrictly(octets.content);
  if (family === "ec") return describeEc(inner, parameters);
  return { family, inner, curve: undefined, publicKey: bitString(rest.find(({ tag }) => tag === PUBLIC_KEY)) };
}

/** ECPrivateKey (RFC 5915 section 3). @param parameters of the curve, where they stand outside */
function describeEc(inner: DerValue, parameters: DerValue | undefined): Described {
  const named = inner.members.find(({ tag }) => tag === CURVE)?.members[0];
  const curve = parameters ?? named;
  if (parameters && named && !equalBytes(parameters.content, named.content)) throw malformedKey("it names two curves");
  if (curve !== undefined && curve.tag !== OBJECT_IDENTIFIER)
    throw weakKey("its curve is given by numbers, not by name");
  const publicKey = bitString(inner.members.find(({ tag }) => tag === POINT)?.members[0]);
  return { family: "ec", inner, curve: curve === undefined ? undefined : hex(curve.content), publicKey };
}

/** The bytes of a BIT STRING. */
function bitString(value: DerValue | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if (value.content[0] !== 0) throw malformedKey("not in DER: a public half that isn't whole bytes");
  return value.content.subarray(1);
}

/** A key on a curve, with its public half beside it, whether it stood there or not. */
function loadEc({ inner, curve, publicKey }: Described): KeyObject {
  const scalar = inner.members[1];
  if (scalar?.tag !== OCTET_STRING || curve === undefined) throw malformedKey("not laid out as a key on a curve");
  const point = checkCurve(curve, scalar.content, publicKey);
  using octets = writeDer(OCTET_STRING, scalar.content);
  using oid = writeDer(OBJECT_IDENTIFIER, fromHex(curve));
  using parameters = writeDer(CURVE, oid.reveal());
  using bits = writeDer(BIT_STRING, Uint8Array.of(0), point);
  using half = writeDer(POINT, bits.reveal());
  const version = Uint8Array.of(INTEGER, 1, 1);
  using whole = writeDer(SEQUENCE, version, octets.reveal(), parameters.reveal(), half.reveal());
  return loadByOpenssl(whole, "sec1");
}

/** OpenSSL compares the halves of ML-DSA and ML-KEM keys, and what they hold with the seed that it comes from; not RSA's. */
function load(der: Secret, structure: PrivateKeyStructure, { family, inner }: Described): KeyObject {
  if (family === "rsa") checkRsaKey(inner);
  else assertUneven(inner.members[0]?.content ?? inner.content, "the private key");
  return loadByOpenssl(der, structure);
}

/** RSAPrivateKey (RFC 8017 appendix A.1.2). */
function checkRsaKey({ members }: DerValue): void {
  if (members.length > 9) throw weakKey("RSA with more than two primes");
  const [version, ...numbers] = members.map(({ tag, content }) => (tag === INTEGER ? integer(content) : undefined));
  const [n, e, d, p, q, dp, dq, qInverse] = numbers;
  if (version !== 0n || n === undefined || e === undefined || d === undefined || p === undefined || q === undefined)
    throw malformedKey("not laid out as an RSA key");
  if (dp === undefined || dq === undefined || qInverse === undefined) throw malformedKey("not laid out as an RSA key");
  checkRsa([n, e, d, p, q, dp, dq, qInverse]);
}

/** An INTEGER's value: two's complement. */
function integer(content: Uint8Array): bigint {
  return BigInt.asIntN(8 * content.length, BigInt(`0x${hex(content)}`));
}

function loadByOpenssl(der: Secret, structure: PrivateKeyStructure): KeyObject {
  try {
    return createPrivateKey({ key: view(der.reveal()), format: "der", type: structure });
  } catch (cause) {
    throw weakKey(`OpenSSL does not take it (${cause instanceof Error ? cause.message : "no reason"})`);
  }
}

/** @param given the bytes of the key, as SubjectPublicKeyInfo holds them */
function assertPublicHalf(derived: KeyObject, given: Uint8Array): void {
  const info = readDer(derived.export({ format: "der", type: "spki" }));
  const own = info.members[1]?.content.subarray(1) ?? new Uint8Array();
  if (!equalBytes(own, given)) throw weakKey("the public half does not belong to the private one");
}

function algorithmOf(privateKey: KeyObject): Algorithm | undefined {
  return ALGORITHM_NAMES.find((name) => {
    const { publicKey } = ALGORITHMS[name];
    return publicKey !== null && isOf(publicKey, privateKey);
  });
}

/** @throws ConclaveError INPUT_MALFORMED what `readDer` refuses */
export function readStrictly(bytes: Uint8Array): DerValue {
  try {
    return readDer(bytes);
  } catch (error) {
    throw error instanceof SyntaxError ? malformedKey(`not in DER: ${error.message}`) : error;
  }
}
