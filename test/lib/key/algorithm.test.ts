import { createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { aesCmac } from "../../../src/lib/crypto/cmac.ts";
import {
  ALGORITHM_NAMES,
  ALGORITHMS,
  type Algorithm,
  defaultUsages,
  USAGES,
  type Usage,
  usagesProblem,
} from "../../../src/lib/key/algorithm.ts";
import { subsetsOf } from "../../support/sharing.ts";

const ZEROS = new Uint8Array(16);

/** What each kind of key may be used for; a key serves one purpose (SP 800-57 part 1 rev. 5, 5.2). */
const AES: readonly (readonly Usage[])[] = [["encrypt", "decrypt"], ["wrap", "unwrap"], ["derive"], ["mac"]];
const HMAC: readonly (readonly Usage[])[] = [["mac"], ["derive"]];
const RSA: readonly (readonly Usage[])[] = [
  ["sign", "verify"],
  ["encrypt", "decrypt"],
  ["wrap", "unwrap"],
];
const CURVE: readonly (readonly Usage[])[] = [["sign", "verify"], ["derive"]];
const KEM_CURVE: readonly (readonly Usage[])[] = [["sign", "verify"], ["encrypt", "decrypt"], ["derive"]];
const SIGNING: readonly (readonly Usage[])[] = [["sign", "verify"]];
const KEM: readonly (readonly Usage[])[] = [["wrap", "unwrap"], ["encrypt", "decrypt"], ["derive"]];
const PURPOSES: Record<Algorithm, readonly (readonly Usage[])[]> = {
  "aes-128": AES,
  "aes-192": AES,
  "aes-256": AES,
  "hmac-sha256": HMAC,
  "hmac-sha384": HMAC,
  "hmac-sha512": HMAC,
  "rsa-2048": RSA,
  "rsa-3072": RSA,
  "rsa-4096": RSA,
  "ec-p256": KEM_CURVE,
  "ec-p384": KEM_CURVE,
  "ec-p521": KEM_CURVE,
  secp256k1: CURVE,
  ed25519: SIGNING,
  x25519: [["encrypt", "decrypt"], ["derive"]],
  "ml-dsa-44": SIGNING,
  "ml-dsa-65": SIGNING,
  "ml-dsa-87": SIGNING,
  "ml-kem-512": KEM,
  "ml-kem-768": KEM,
  "ml-kem-1024": KEM,
  "secret-data": [["derive"]],
};

describe("symmetric keys", () => {
  test.for([
    ["aes-128", 16],
    ["aes-192", 24],
    ["aes-256", 32],
    ["hmac-sha256", 32],
    ["hmac-sha384", 48],
    ["hmac-sha512", 64],
    ["secret-data", 32],
  ] as const)("%s: %d bytes, other ones each time", ([algorithm, length]) => {
    const [first, second] = [ALGORITHMS[algorithm].generate(), ALGORITHMS[algorithm].generate()];
    for (const { material, checkValue, publicKey } of [first, second]) {
      expect(material.length).toBe(length);
      expect(checkValue).toMatch(/^[0-9a-f]{10}$/);
      expect(publicKey).toBeNull();
    }
    expect(hex(first.material.reveal())).not.toBe(hex(second.material.reveal()));
    expect(first.checkValue).not.toBe(second.checkValue);
  });

  test.for(["aes-128", "aes-192", "aes-256"] as const)(
    "the check value of %s: leftmost 5 bytes of the CMAC of a zero block (ANSI X9.24-1)",
    (algorithm) => {
      const { material, checkValue } = ALGORITHMS[algorithm].generate();
      expect(checkValue).toBe(hex(aesCmac(material.reveal(), ZEROS)).slice(0, 10));
    },
  );

  test("that CMAC under the AES-256 key of SP 800-38B, appendix D.3 (value by OpenSSL 3.0.19)", () => {
    const key = fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    expect(hex(aesCmac(key, ZEROS))).toBe("1a0b2df26763cfd6afb9d3b1a2a846da");
  });

  test.for([
    ["hmac-sha256", "sha256"],
    ["hmac-sha384", "sha384"],
    ["hmac-sha512", "sha512"],
    ["secret-data", "sha256"],
  ] as const)("the check value of %s: leftmost 5 bytes of the HMAC of a zero block", ([algorithm, hash]) => {
    const { material, checkValue } = ALGORITHMS[algorithm].generate();
    expect(checkValue).toBe(createHmac(hash, material.reveal()).update(ZEROS).digest("hex").slice(0, 10));
  });
});

describe("asymmetric keys: PKCS#8, and the public half of it", () => {
  test.for([
    { algorithm: "rsa-2048", type: "rsa", details: { modulusLength: 2048, publicExponent: 65_537n } },
    { algorithm: "rsa-3072", type: "rsa", details: { modulusLength: 3072, publicExponent: 65_537n } },
    { algorithm: "rsa-4096", type: "rsa", details: { modulusLength: 4096, publicExponent: 65_537n } },
    { algorithm: "ec-p256", type: "ec", details: { namedCurve: "prime256v1" } },
    { algorithm: "ec-p384", type: "ec", details: { namedCurve: "secp384r1" } },
    { algorithm: "ec-p521", type: "ec", details: { namedCurve: "secp521r1" } },
    { algorithm: "secp256k1", type: "ec", details: { namedCurve: "secp256k1" } },
    { algorithm: "ed25519", type: "ed25519", details: {} },
    { algorithm: "x25519", type: "x25519", details: {} },
    { algorithm: "ml-dsa-44", type: "ml-dsa-44", details: {} },
    { algorithm: "ml-dsa-65", type: "ml-dsa-65", details: {} },
    { algorithm: "ml-dsa-87", type: "ml-dsa-87", details: {} },
    { algorithm: "ml-kem-512", type: "ml-kem-512", details: {} },
    { algorithm: "ml-kem-768", type: "ml-kem-768", details: {} },
    { algorithm: "ml-kem-1024", type: "ml-kem-1024", details: {} },
  ] as const)("$algorithm", ({ algorithm, type, details }) => {
    const { material, checkValue, publicKey } = ALGORITHMS[algorithm].generate();
    const key = createPrivateKey({ key: Buffer.from(material.reveal()), format: "der", type: "pkcs8" });
    expect(key.asymmetricKeyType).toBe(type);
    expect(key.asymmetricKeyDetails ?? {}).toMatchObject(details);
    expect(createPublicKey(key).export({ format: "pem", type: "spki" })).toBe(publicKey);
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(checkValue).toBeNull();
  });
});

describe("usages", () => {
  test("each algorithm has a row here", () => {
    expect(ALGORITHM_NAMES.toSorted()).toEqual(Object.keys(PURPOSES).toSorted());
  });

  test.for(ALGORITHM_NAMES)("%s: of all 256 sets, those within one purpose", (algorithm) => {
    for (const set of subsetsOf(USAGES.length)) {
      const usages = set.flatMap((i) => USAGES[i] ?? []);
      const fits = usages.length > 0 && PURPOSES[algorithm].some((purpose) => usages.every((u) => purpose.includes(u)));
      expect(usagesProblem(algorithm, usages) === undefined, `usages ${usages.join()}`).toBe(fits);
    }
  });

  test.for(ALGORITHM_NAMES)("%s: the default is a whole purpose", (algorithm) => {
    expect(defaultUsages(algorithm)).toEqual(PURPOSES[algorithm][0]);
    expect(usagesProblem(algorithm, defaultUsages(algorithm))).toBeUndefined();
  });

  test("what is wrong is said with what would be right", () => {
    expect(usagesProblem("hmac-sha256", ["mac", "derive"])).toBe(
      "mac, derive: one hmac-sha256 key serves one purpose, mac, or derive",
    );
    expect(usagesProblem("ed25519", [])).toBe("no usage: one ed25519 key serves one purpose, sign and verify");
  });
});
