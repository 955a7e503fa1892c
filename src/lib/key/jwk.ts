import { createPrivateKey, createPublicKey, type webcrypto } from "node:crypto";
import { z } from "zod";
import { fromUtf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import { Secret } from "../secret.ts";
import { parseUniqueJson } from "../unique-json.ts";
import type { Algorithm } from "./algorithm.ts";
import { type BroughtKey, readSymmetricKey } from "./brought-key.ts";
import { readPrivateKey } from "./private-key.ts";
import { layOut } from "./raw-key.ts";
import { malformedKey, weakKey } from "./refused-key.ts";

const member = z.string().optional();

/** A JSON Web Key (RFC 7517); members that mean nothing here stay. */
const jwkSchema = z.looseObject({
  kty: z.enum(["oct", "RSA", "EC", "OKP", "AKP"], "must be oct, RSA, EC, OKP or AKP"),
  kid: member,
  alg: member,
  /** Of a curve. */
  crv: member,
  /** Private: of a secret key, of RSA and a curve, of ML-DSA and ML-KEM. */
  k: member,
  d: member,
  priv: member,
  /** Private, of RSA: said to be text, since Node.js tells the value of what is none. */
  p: member,
  q: member,
  dp: member,
  dq: member,
  qi: member,
  /** Public: of RSA, a curve, of ML-DSA and ML-KEM. */
  n: member,
  e: member,
  x: member,
  y: member,
  pub: member,
});

type Jwk = z.infer<typeof jwkSchema>;

const MAC_ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  HS256: "hmac-sha256",
  HS384: "hmac-sha384",
  HS512: "hmac-sha512",
};

/** By the curve of an EC or OKP key (RFC 7518 section 6.2, RFC 8037, RFC 8812), or the alg of an AKP one, as Node.js writes it. */
const BY_NAME: Readonly<Record<string, Algorithm>> = {
  "P-256": "ec-p256",
  "P-384": "ec-p384",
  "P-521": "ec-p521",
  secp256k1: "secp256k1",
  Ed25519: "ed25519",
  X25519: "x25519",
  "ML-DSA-44": "ml-dsa-44",
  "ML-DSA-65": "ml-dsa-65",
  "ML-DSA-87": "ml-dsa-87",
  "ML-KEM-512": "ml-kem-512",
  "ML-KEM-768": "ml-kem-768",
  "ML-KEM-1024": "ml-kem-1024",
};

/**
 * The private or secret key of a JWK, or of one key of a JWK set. JSON's strings can't be zeroed.
 *
 * @param kid which key of a set; needed unless it has one only
 * @param told the algorithm of a secret key that doesn't say it
 * @returns its material is the caller's to dispose of
 * @throws ConclaveError INPUT_MALFORMED, NOT_FOUND no such key in the set, USAGE; REFUSED it is weak
 */
export function readJwk(bytes: Uint8Array, kid: string | undefined, told: Algorithm | undefined): BroughtKey {
  const jwk = choose(parse(bytes), kid);
  if (jwk.kty === "oct") return readSecretKey(jwk, told);
  if (jwk.d === undefined && jwk.priv === undefined) throw publicOnly();
  if (jwk.kty === "RSA") {
    using der = derOf(jwk);
    return readPrivateKey(der, "pkcs8");
  }
  return readByHalves(jwk);
}

/** A key whose private half is a number or a seed: the public half follows from it, and must be the one that stands there. */
function readByHalves(jwk: Jwk): BroughtKey {
  const said = jwk.kty === "AKP" ? jwk.alg : jwk.crv;
  const algorithm = said === undefined ? undefined : BY_NAME[said];
  if (algorithm === undefined) throw weakKey(`of an algorithm or curve that the vault doesn't know (${said})`);
  using half = decode(jwk.kty === "AKP" ? "priv" : "d", jwk.priv ?? jwk.d ?? "");
  const { der, structure } = layOut(algorithm, half);
  using laidOut = der;
  const key = readPrivateKey(laidOut, structure);
  const own: Record<string, unknown> = { ...createPublicKey(key.publicKey ?? "").export({ format: "jwk" }) };
  if (["kty", "x", "y", "pub"].every((name) => own[name] === jwk[name])) return key;
  key.material[Symbol.dispose]();
  const missing = ["x", "y", "pub"].find((name) => own[name] !== undefined && jwk[name] === undefined);
  if (missing !== undefined) throw malformedKey(`JWK: ${missing} is missing`);
  throw weakKey("the public half does not belong to the private one");
}

/** A vault holds private keys. */
export function publicOnly(): ConclaveError {
  return malformedKey(
    "a public key, and the vault holds private and secret ones",
    "A public key needs no keeping: give it to whoever uses it",
  );
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseUniqueJson(fromUtf8(bytes));
  } catch (error) {
    // What V8 says of bad JSON has parts of it, which are secret.
    const twice = error instanceof SyntaxError && error.message.startsWith("member ");
    throw malformedKey(twice ? error.message : "no JSON");
  }
}

function choose(document: unknown, kid: string | undefined): Jwk {
  const set = z.looseObject({ keys: z.array(z.unknown()) }).safeParse(document);
  if (!set.success) return kid === undefined ? check(document) : only([check(document)], kid);
  if (set.data.keys.length === 0) throw malformedKey("a JWK set without a key");
  return only(set.data.keys.map(check), kid);
}

function only(keys: readonly Jwk[], kid: string | undefined): Jwk {
  const found = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  const [key, another] = found;
  const names = keys.map((candidate) => candidate.kid ?? "one without kid").join(", ");
  if (key === undefined) throw new ConclaveError("NOT_FOUND", `no key of kid ${kid} in the set: ${names}`);
  if (another === undefined) return key;
  if (kid !== undefined) throw malformedKey(`${found.length} keys of kid ${kid} in the set`);
  throw new ConclaveError("USAGE", `which key of the set? ${names}`, { suggestions: ["Give --kid KID"] });
}

function check(value: unknown): Jwk {
  const parsed = jwkSchema.safeParse(value);
  if (!parsed.success) throw malformedKey(`JWK: ${firstIssue(parsed.error.issues)}`);
  return parsed.data;
}

function readSecretKey({ k, alg }: Jwk, told: Algorithm | undefined): BroughtKey {
  const said = alg === undefined ? undefined : (MAC_ALGORITHMS[alg] ?? aesOf(alg));
  const algorithm = told ?? said;
  if (algorithm === undefined) {
    throw new ConclaveError("USAGE", "of which algorithm is the key? its alg doesn't say", {
      suggestions: ["Give --algorithm"],
    });
  }
  if (said !== undefined && said !== algorithm) {
    throw new ConclaveError("USAGE", `the key is of ${said} by its alg, not of ${algorithm}`);
  }
  if (k === undefined) throw malformedKey("JWK: k is missing");
  return readSymmetricKey(algorithm, decode("k", k));
}

/** RFC 7518 sections 4.1 and 5.1. */
function aesOf(alg: string): Algorithm | undefined {
  const bits = /^A(128|192|256)(?:GCM|KW|GCMKW)$/.exec(alg)?.[1];
  return bits === undefined ? undefined : (`aes-${bits}` as Algorithm);
}

function decode(name: string, text: string): Secret {
  const bytes = Buffer.from(text, "base64url");
  try {
    if (bytes.toString("base64url") !== text) throw malformedKey(`JWK: ${name} is not base64url without padding`);
    return new Secret(Uint8Array.from(bytes));
  } finally {
    bytes.fill(0); // its memory is a pool's
  }
}

function derOf(jwk: Jwk): Secret {
  try {
    const key = createPrivateKey({ key: jwk as webcrypto.JsonWebKey, format: "jwk" });
    const der = key.export({ format: "der", type: "pkcs8" });
    return new Secret(new Uint8Array(der.buffer, der.byteOffset, der.byteLength));
  } catch (cause) {
    throw weakKey(`OpenSSL does not take it (${cause instanceof Error ? cause.message : "no reason"})`);
  }
}
