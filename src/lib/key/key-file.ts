import { INTEGER, OCTET_STRING, SEQUENCE } from "../crypto/der.ts";
import { readPem } from "../crypto/pem.ts";
import { ConclaveError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { ALGORITHMS, type Algorithm } from "./algorithm.ts";
import { assertAlgorithm, type BroughtKey, readSymmetricKey } from "./brought-key.ts";
import { openEncryptedKey } from "./encrypted-key.ts";
import { readHexDigits } from "./hex-digits.ts";
import { publicOnly, readJwk } from "./jwk.ts";
import { type PrivateKeyStructure, readPrivateKey, readStrictly } from "./private-key.ts";
import { layOut } from "./raw-key.ts";
import { malformedKey } from "./refused-key.ts";

/** How a key is written in a file. */
export const KEY_FORMATS = ["pem", "der", "jwk", "raw", "hex"] as const;

export type KeyFormat = (typeof KEY_FORMATS)[number];

/** What each is called where people read of it. */
export const FORMAT_TITLES = {
  pem: "PEM",
  der: "DER",
  jwk: "JSON Web Key",
  raw: "raw bytes",
  hex: "hexadecimal digits",
} as const satisfies Record<KeyFormat, string>;

/** How a file with a key is to be read. */
export interface KeyReading {
  /** Undefined: to be recognised. */
  format: KeyFormat | undefined;
  /** Undefined: to be recognised. */
  algorithm: Algorithm | undefined;
  /** Of which algorithm a key is taken to be that doesn't say it. */
  assumed?: Algorithm | undefined;
  /** Which key of a JWK set. */
  kid: string | undefined;
  /** Asked for only if the key is encrypted. */
  passphrase: () => Promise<string>;
}

const STRUCTURES: Readonly<Record<string, PrivateKeyStructure>> = {
  "PRIVATE KEY": "pkcs8",
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
};
/** Beside a SEC 1 key, `openssl ecparam` writes its curve once more. */
const CURVE_LABEL = "EC PARAMETERS";
const CONVERT = "Convert it: openssl pkcs8 -topk8 -in FILE -out NEW";

/**
 * The key in a file: read strictly, recognised, checked.
 *
 * @param bytes stay the caller's
 * @returns the material is the caller's to dispose of
 * @throws ConclaveError INPUT_MALFORMED, USAGE, NOT_FOUND; REFUSED naming why the key is weak
 */
export async function readKeyFile(
  bytes: Uint8Array,
  reading: KeyReading,
): Promise<{ format: KeyFormat; key: BroughtKey }> {
  const format = reading.format ?? recognise(bytes);
  const key = await READERS[format](bytes, reading);
  return { format, key: assertAlgorithm(key, reading.algorithm) };
}

const READERS: Record<KeyFormat, (bytes: Uint8Array, reading: KeyReading) => Promise<BroughtKey>> = {
  pem: readPemKey,
  der: async (bytes, { passphrase }) => {
    using der = new Secret(Uint8Array.from(bytes));
    return await readDerKey(der, passphrase);
  },
  jwk: async (bytes, { kid, algorithm, assumed }) => readJwk(bytes, kid, algorithm ?? assumed),
  raw: async (bytes, { algorithm, assumed }) => readBytes(new Secret(Uint8Array.from(bytes)), algorithm ?? assumed),
  hex: async (bytes, { algorithm, assumed }) =>
    readBytes(
      malformedIf("hexadecimal digits", () => readHexDigits(bytes)),
      algorithm ?? assumed,
    ),
};

function recognise(bytes: Uint8Array): KeyFormat {
  const first = bytes.find((byte) => byte > 0x20);
  if (first === 0x7b) return "jwk";
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("-----BEGIN ")) return "pem";
  if (bytes[0] === 0x30 && bytes.length > 40 && isWholeSequence(bytes)) return "der";
  if (bytes.length === 0) throw malformedKey("nothing is in it");
  throw new ConclaveError("USAGE", "in which format is the key? it isn't evident", {
    suggestions: [`Give --format raw or --format hex, and --algorithm`],
  });
}

/** Whether the length of an outer SEQUENCE is that of the bytes. */
function isWholeSequence(bytes: Uint8Array): boolean {
  const [, first = 0, second = 0, third = 0] = bytes;
  if (first < 0x80) return bytes.length === 2 + first;
  return first === 0x81 ? bytes.length === 3 + second : first === 0x82 && bytes.length === 4 + 256 * second + third;
}

async function readPemKey(bytes: Uint8Array, { passphrase }: KeyReading): Promise<BroughtKey> {
  const blocks = malformedIf("PEM", () => readPem(bytes)).filter(({ label }) => label !== CURVE_LABEL);
  using der = new DisposableStack();
  for (const block of blocks) der.use(block.der);
  const [block, another] = blocks;
  if (another !== undefined) throw malformedKey(`${blocks.length} blocks in one file, wanted one`);
  if (block === undefined) throw malformedKey("a curve without a key");
  const { label } = block;
  if (block.der === undefined)
    throw malformedKey("encrypted in a way of old, under a key that is guessed fast", CONVERT);
  if (label === "ENCRYPTED PRIVATE KEY") return await readEncrypted(block.der, passphrase);
  const structure = STRUCTURES[label];
  if (structure !== undefined) return readPrivateKey(block.der, structure);
  if (label.endsWith("PUBLIC KEY") || label.includes("CERTIFICATE")) throw publicOnly();
  const openssh =
    label === "OPENSSH PRIVATE KEY" ? "Convert a copy, unless it is Ed25519: ssh-keygen -p -m PKCS8 -f COPY" : CONVERT;
  throw malformedKey(`${label} in PEM, wanted PRIVATE KEY`, openssh);
}

/** @param what the form that it isn't in, where `read` throws a SyntaxError */
function malformedIf<R>(what: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    throw error instanceof SyntaxError ? malformedKey(`not in ${what}: ${error.message}`) : error;
  }
}

/** What it is, its first two members say: a version and an AlgorithmIdentifier, a number, the private half, a ciphertext. */
async function readDerKey(der: Secret, passphrase: () => Promise<string>): Promise<BroughtKey> {
  const [first, second] = readStrictly(der.reveal()).members.map(({ tag }) => tag);
  if (first === SEQUENCE && second === OCTET_STRING) return await readEncrypted(der, passphrase);
  return readClearDer(der);
}

/**
 * The private key that some DER is: PKCS#8, PKCS#1 or SEC 1.
 * @param der stays the caller's
 * @throws ConclaveError as `readPrivateKey`
 */
export function readClearDer(der: Secret): BroughtKey {
  const [first, second] = readStrictly(der.reveal()).members.map(({ tag }) => tag);
  if (first === SEQUENCE) throw publicOnly(); // SubjectPublicKeyInfo, or a certificate
  if (first === INTEGER && second === INTEGER) return readPrivateKey(der, "pkcs1");
  if (first === INTEGER && second === OCTET_STRING) return readPrivateKey(der, "sec1");
  return readPrivateKey(der, "pkcs8");
}

async function readEncrypted(der: Secret, passphrase: () => Promise<string>): Promise<BroughtKey> {
  using opened = await openEncryptedKey(der, passphrase);
  return readPrivateKey(opened, "pkcs8");
}

/** @param bytes taken over */
function readBytes(bytes: Secret, algorithm: Algorithm | undefined): BroughtKey {
  if (algorithm === undefined) {
    bytes[Symbol.dispose]();
    throw new ConclaveError("USAGE", "of which algorithm is the key? bytes don't say", {
      suggestions: ["Give --algorithm"],
    });
  }
  if (ALGORITHMS[algorithm].symmetric !== null) return readSymmetricKey(algorithm, bytes);
  using given = bytes;
  const { der, structure } = layOut(algorithm, given);
  using laidOut = der;
  return readPrivateKey(laidOut, structure);
}
