import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, utf8 } from "../../../src/lib/bytes.ts";
import { view } from "../../../src/lib/crypto/signature.ts";
import { ALGORITHM_NAMES, ALGORITHMS, type Algorithm } from "../../../src/lib/key/algorithm.ts";
import { signDigest, verifyDigest } from "../../../src/lib/key/digest-signature.ts";
import {
  hasFormats,
  SCHEME_NAMES,
  SCHEMES,
  type Scheme,
  SIGNATURE_FORMATS,
  type SignatureFormat,
  schemesOf,
  signMessage,
  verifyMessage,
} from "../../../src/lib/key/signature-scheme.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

/** Keys of each algorithm that signs, made as the vault makes them. */
function keysOf(algorithm: Algorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  const { material, publicKey } = ALGORITHMS[algorithm].generate();
  using _ = material;
  const privateKey = createPrivateKey({ key: view(material.reveal()), format: "der", type: "pkcs8" });
  return { privateKey, publicKey: createPublicKey(publicKey ?? "") };
}

describe("each algorithm", () => {
  test.for(ALGORITHM_NAMES)("%s has schemes if and only if it signs", (algorithm) => {
    const purposes: readonly (readonly string[])[] = ALGORITHMS[algorithm].purposes;
    expect(schemesOf(algorithm).length > 0).toBe(purposes.some((usages) => usages.includes("sign")));
  });

  test.for(ALGORITHM_NAMES.filter((algorithm) => schemesOf(algorithm).length > 0))(
    "%s: what is signed verifies, in each scheme and format, and nothing else does",
    (algorithm) => {
      const { privateKey, publicKey } = keysOf(algorithm);
      const message = utf8("a message");
      for (const scheme of schemesOf(algorithm)) {
        for (const format of hasFormats(scheme) ? SIGNATURE_FORMATS : (["der"] as const)) {
          const signature = signMessage(scheme, format, privateKey, message);
          const check = (given: Uint8Array, said: Uint8Array) => verifyMessage(scheme, format, publicKey, said, given);
          expect(check(signature, message), `${scheme} ${format}`).toBe(true);
          expect(check(signature, utf8("another"))).toBe(false);
          expect(check(signature.subarray(1), message)).toBe(false);
          expect(check(new Uint8Array(), message)).toBe(false);
        }
      }
    },
  );

  test.for(["rsa-pss-sha256", "rsa-pkcs1-sha256"] as const)(
    "%s: a signature without its leading zero is none (RFC 8017 sections 8.1.2 and 8.2.2, step 1)",
    (scheme) => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      let message = utf8("0");
      let signature = signMessage(scheme, "der", privateKey, message);
      for (let i = 1; signature[0] !== 0; i++) {
        message = utf8(String(i));
        signature = signMessage(scheme, "der", privateKey, message);
      }
      const digest = Uint8Array.from(createHash("sha256").update(message).digest());
      for (const [given, good] of [
        [signature, true],
        [signature.subarray(1), false],
      ] as const) {
        expect(verifyMessage(scheme, "der", publicKey, message, given)).toBe(good);
        expect(verifyDigest(scheme, "der", publicKey, digest, given)).toBe(good);
      }
    },
  );

  test.for(ALGORITHM_NAMES.filter((algorithm) => schemesOf(algorithm).some((scheme) => SCHEMES[scheme].hash !== null)))(
    "%s: what is signed of a digest is a signature of the message, and the other way round",
    (algorithm) => {
      const { privateKey, publicKey } = keysOf(algorithm);
      const message = utf8("a message");
      for (const scheme of schemesOf(algorithm)) {
        const digest = Uint8Array.from(
          createHash(SCHEMES[scheme].hash ?? "")
            .update(message)
            .digest(),
        );
        for (const format of hasFormats(scheme) ? SIGNATURE_FORMATS : (["der"] as const)) {
          const signature = signDigest(scheme, format, privateKey, digest);
          expect(verifyMessage(scheme, format, publicKey, message, signature), `${scheme} ${format}`).toBe(true);
          const other = signMessage(scheme, format, privateKey, message);
          const check = (of: Uint8Array, given: Uint8Array) => verifyDigest(scheme, format, publicKey, of, given);
          expect(check(digest, other), `${scheme} ${format}`).toBe(true);
          expect(
            check(
              digest,
              other.map((byte, i) => (i === 20 ? byte ^ 1 : byte)),
            ),
          ).toBe(false);
          expect(check(digest.subarray(1), other)).toBe(false);
          expect(check(digest, new Uint8Array())).toBe(false);
          expect(() => signDigest(scheme, format, privateKey, digest.subarray(1))).toThrow(RangeError);
        }
      }
    },
  );

  test("a signature of one scheme or format is none of another", () => {
    const { privateKey, publicKey } = keysOf("rsa-2048");
    const signature = signMessage("rsa-pss-sha256", "der", privateKey, utf8("m"));
    for (const scheme of schemesOf("rsa-2048").filter((other) => other !== "rsa-pss-sha256"))
      expect(verifyMessage(scheme, "der", publicKey, utf8("m"), signature)).toBe(false);
    const curve = keysOf("ec-p256");
    const der = signMessage("ecdsa-sha256", "der", curve.privateKey, utf8("m"));
    expect(verifyMessage("ecdsa-sha256", "p1363", curve.publicKey, utf8("m"), der)).toBe(false);
  });

  test("every scheme is some algorithm's", () => {
    expect(new Set(ALGORITHM_NAMES.flatMap((algorithm) => schemesOf(algorithm)))).toEqual(new Set(SCHEME_NAMES));
  });
});

interface Group {
  publicKey?: string | { pk?: string };
  publicKeyDer?: string;
  publicKeyAsn?: string;
  keyDer?: string;
  tests: { tcId: number; comment: string; msg: string; sig: string; ctx?: string; result: string }[];
}

/** The key of a group, or undefined if it can't be read: then no signature is good. */
function keyOfGroup(group: Group, type: string | undefined): KeyObject | undefined {
  try {
    if (type !== undefined && typeof group.publicKey === "string") return rawKey(type, fromHex(group.publicKey));
    const der = group.publicKeyDer ?? group.keyDer;
    if (der !== undefined) return createPublicKey({ key: view(fromHex(der)), format: "der", type: "spki" });
    return createPublicKey({ key: view(fromHex(group.publicKeyAsn ?? "")), format: "der", type: "pkcs1" });
  } catch {
    return undefined;
  }
}

/** A public key of its bytes alone, as FIPS 204 writes it. */
function rawKey(type: string, bytes: Uint8Array): KeyObject {
  const sample = generateKeyPairSync(type as "ml-dsa-44").publicKey.export({ format: "der", type: "spki" });
  const length = { "ml-dsa-44": 1312, "ml-dsa-65": 1952, "ml-dsa-87": 2592 }[type] ?? 0;
  if (bytes.length !== length) throw new RangeError("a key of another length");
  return createPublicKey({
    key: Buffer.concat([sample.subarray(0, sample.length - length), bytes]),
    format: "der",
    type: "spki",
  });
}

describe.skipIf(!haveVectors)("Wycheproof, through our own functions (needs the vectors)", () => {
  test.for([
    { file: "ecdsa_secp256r1_sha256_test", scheme: "ecdsa-sha256", format: "der" },
    { file: "ecdsa_secp256r1_sha256_p1363_test", scheme: "ecdsa-sha256", format: "p1363" },
    { file: "ecdsa_secp384r1_sha384_test", scheme: "ecdsa-sha384", format: "der" },
    { file: "ecdsa_secp521r1_sha512_test", scheme: "ecdsa-sha512", format: "der" },
    { file: "ed25519_test", scheme: "ed25519", format: "der" },
    { file: "rsa_pss_2048_sha256_mgf1_32_test", scheme: "rsa-pss-sha256", format: "der" },
    { file: "rsa_pss_3072_sha256_mgf1_32_test", scheme: "rsa-pss-sha256", format: "der" },
    { file: "rsa_pss_4096_sha512_mgf1_64_test", scheme: "rsa-pss-sha512", format: "der" },
    { file: "rsa_signature_2048_sha256_test", scheme: "rsa-pkcs1-sha256", format: "der" },
    { file: "mldsa_44_verify_test", scheme: "ml-dsa-44", format: "der", raw: "ml-dsa-44" },
    { file: "mldsa_65_verify_test", scheme: "ml-dsa-65", format: "der", raw: "ml-dsa-65" },
    { file: "mldsa_87_verify_test", scheme: "ml-dsa-87", format: "der", raw: "ml-dsa-87" },
  ] as const satisfies readonly { file: string; scheme: Scheme; format: SignatureFormat; raw?: string }[])(
    "$file",
    ({ file, scheme, format, ...given }) => {
      const { testGroups } = readVectors<{ testGroups: Group[] }>("wycheproof", `${file}.json`);
      const wrong: string[] = [];
      let [rows, withContext, digests] = [0, 0, 0];
      for (const group of testGroups) {
        const key = keyOfGroup(group, "raw" in given ? given.raw : undefined);
        for (const { tcId, comment, msg, sig, ctx, result } of group.tests) {
          rows += 1;
          if (ctx !== undefined && ctx !== "") {
            withContext += 1; // a context is no part of our schemes: its signatures are none of them
            continue;
          }
          const good = key !== undefined && verifyMessage(scheme, format, key, fromHex(msg), fromHex(sig));
          const { hash }: { hash: string | null } = SCHEMES[scheme];
          if (hash !== null && key !== undefined) {
            const digest = Uint8Array.from(createHash(hash).update(fromHex(msg)).digest());
            digests += 1;
            if (verifyDigest(scheme, format, key, digest, fromHex(sig)) !== good)
              wrong.push(`${tcId} ${comment}: digest`);
          }
          if (result !== "acceptable" && good !== (result === "valid")) wrong.push(`${tcId} ${comment}: ${good}`);
        }
      }
      publish(`wycheproof ${file}`, { rows, withContext, digests });
      expect(wrong).toEqual([]);
      expect(rows).toBeGreaterThan(60);
    },
  );
});
