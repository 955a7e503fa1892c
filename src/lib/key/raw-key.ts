import { fromHex } from "../bytes.ts";
import { INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, writeDer } from "../crypto/der.ts";
import type { Secret } from "../secret.ts";
import type { Algorithm } from "./algorithm.ts";
import type { PrivateKeyStructure } from "./private-key.ts";
import { malformedKey } from "./refused-key.ts";

/** How the bytes of a private key are laid out in DER. */
interface Layout {
  structure: PrivateKeyStructure;
  /** Digits of the object identifier: of a curve for SEC 1, else of the algorithm. */
  oid: string;
  /** In bytes: a scalar, or a seed. */
  length: number;
  /** Tag of the bytes within PKCS#8. */
  tag?: number;
}

const [SEED, OCTETS, CURVE] = [0x80, OCTET_STRING, 0xa0] as const;

/** RFC 5915, RFC 8410, RFC 9881, RFC 9935. */
const LAYOUTS: { readonly [A in Algorithm]?: Layout } = {
  "ec-p256": { structure: "sec1", oid: "2a8648ce3d030107", length: 32 },
  "ec-p384": { structure: "sec1", oid: "2b81040022", length: 48 },
  "ec-p521": { structure: "sec1", oid: "2b81040023", length: 66 },
  secp256k1: { structure: "sec1", oid: "2b8104000a", length: 32 },
  ed25519: { structure: "pkcs8", oid: "2b6570", length: 32, tag: OCTETS },
  x25519: { structure: "pkcs8", oid: "2b656e", length: 32, tag: OCTETS },
  "ml-dsa-44": { structure: "pkcs8", oid: "608648016503040311", length: 32, tag: SEED },
  "ml-dsa-65": { structure: "pkcs8", oid: "608648016503040312", length: 32, tag: SEED },
  "ml-dsa-87": { structure: "pkcs8", oid: "608648016503040313", length: 32, tag: SEED },
  "ml-kem-512": { structure: "pkcs8", oid: "608648016503040401", length: 64, tag: SEED },
  "ml-kem-768": { structure: "pkcs8", oid: "608648016503040402", length: 64, tag: SEED },
  "ml-kem-1024": { structure: "pkcs8", oid: "608648016503040403", length: 64, tag: SEED },
};

/**
 * The DER of a private key that came as its bytes alone: a curve's scalar, an Ed25519 or X25519 private key (RFC 8032,
 * RFC 7748), the seed of ML-DSA (FIPS 204, xi) or ML-KEM (FIPS 203, d and z).
 *
 * @param bytes stay the caller's
 * @returns the DER is the caller's to dispose of
 * @throws ConclaveError INPUT_MALFORMED an RSA key, or another length
 */
export function layOut(algorithm: Algorithm, bytes: Secret): { der: Secret; structure: PrivateKeyStructure } {
  const layout = LAYOUTS[algorithm];
  if (layout === undefined) {
    throw malformedKey(`a key of ${algorithm} is not just bytes`, "Give it as PKCS#8: openssl pkcs8 -topk8 -nocrypt");
  }
  if (bytes.length !== layout.length) {
    throw malformedKey(`${bytes.length} bytes, a key of ${algorithm} has ${layout.length}`);
  }
  const { structure, tag = OCTETS } = layout;
  using oid = writeDer(OBJECT_IDENTIFIER, fromHex(layout.oid));
  using octets = writeDer(tag, bytes.reveal());
  if (structure === "sec1") {
    using curve = writeDer(CURVE, oid.reveal());
    return { structure, der: writeDer(SEQUENCE, Uint8Array.of(INTEGER, 1, 1), octets.reveal(), curve.reveal()) };
  }
  using identifier = writeDer(SEQUENCE, oid.reveal());
  using wrapped = writeDer(OCTET_STRING, octets.reveal());
  const der = writeDer(SEQUENCE, Uint8Array.of(INTEGER, 1, 0), identifier.reveal(), wrapped.reveal());
  return { structure, der };
}
