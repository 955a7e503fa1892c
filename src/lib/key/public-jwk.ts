import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import type { Algorithm, Usage } from "./algorithm.ts";

/** A public key as JWK (RFC 7517): strings only. */
export type PublicJwk = Readonly<Record<string, string>>;

/** Bytes of DER before the key in the SubjectPublicKeyInfo of ML-DSA (RFC 9881) and ML-KEM (RFC 9935). */
const AKP_HEADER = 22;

/**
 * The `alg` of those algorithms that have one only. An RSA key signs and encrypts by several, and whoever uses a key to
 * derive others chooses how.
 */
const SIGNING_ALG: { readonly [A in Algorithm]?: string } = {
  "ec-p256": "ES256", // RFC 7518 section 3.4
  "ec-p384": "ES384",
  "ec-p521": "ES512",
  secp256k1: "ES256K", // RFC 8812 section 3.2
  ed25519: "Ed25519", // RFC 9864 section 2.2, in place of the EdDSA of RFC 8037
};

/** Of Algorithm Key Pairs (`kty` AKP, RFC 9964), which always name their algorithm: ML-KEM by draft-ietf-jose-pqc-kem. */
const AKP_ALG: { readonly [A in Algorithm]?: string } = {
  "ml-dsa-44": "ML-DSA-44",
  "ml-dsa-65": "ML-DSA-65",
  "ml-dsa-87": "ML-DSA-87",
  "ml-kem-512": "ML-KEM-512",
  "ml-kem-768": "ML-KEM-768",
  "ml-kem-1024": "ML-KEM-1024",
};

/**
 * The public half of a key as JWK: `kty` and its members by RFC 7518, 8037, 8812, 9964; `kid` is its SHA-256 thumbprint
 * (RFC 7638), which stays the same whatever the key is called; `use` where the usages are those of one (RFC 7517
 * section 4.2); `alg` where there is one only.
 *
 * @param publicKey SubjectPublicKeyInfo in PEM, of this algorithm
 */
export function publicJwk(algorithm: Algorithm, usages: readonly Usage[], publicKey: string): PublicJwk {
  const members = keyMembers(algorithm, createPublicKey(publicKey));
  const use = useOf(usages);
  const alg = AKP_ALG[algorithm] ?? (use === "sig" ? SIGNING_ALG[algorithm] : undefined);
  return { ...members, kid: thumbprint(members), ...(use !== undefined && { use }), ...(alg !== undefined && { alg }) };
}

/** The members that make the key, in the order of their names: what its thumbprint is of. */
function keyMembers(algorithm: Algorithm, key: KeyObject): PublicJwk {
  const alg = AKP_ALG[algorithm];
  const members =
    alg === undefined
      ? key.export({ format: "jwk" })
      : {
          alg,
          kty: "AKP",
          pub: key.export({ format: "der", type: "spki" }).subarray(AKP_HEADER).toString("base64url"),
        };
  const named = Object.entries(members).map(([name, value]): [string, string] => [name, String(value)]);
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** SHA-256 of the members as JSON without white space (RFC 7638 section 3; for AKP, RFC 9964). */
function thumbprint(members: PublicJwk): string {
  return createHash("sha256").update(JSON.stringify(members)).digest("base64url");
}

function useOf(usages: readonly Usage[]): "sig" | "enc" | undefined {
  if (usages.some((usage) => usage === "sign" || usage === "verify")) return "sig";
  return usages.some((usage) => usage !== "derive" && usage !== "mac") ? "enc" : undefined;
}
