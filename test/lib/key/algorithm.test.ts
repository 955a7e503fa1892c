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
const PURPOSES: Record<Algorithm, readonly (readonly Usage[])[]> = {
  "aes-256": [["encrypt", "decrypt"], ["wrap", "unwrap"], ["derive"], ["mac"]],
  "hmac-sha256": [["mac"], ["derive"]],
  "rsa-3072": [
    ["sign", "verify"],
    ["encrypt", "decrypt"],
    ["wrap", "unwrap"],
  ],
  "ec-p256": [["sign", "verify"], ["derive"]],
  ed25519: [["sign", "verify"]],
  "ml-dsa-65": [["sign", "verify"]],
};

describe("symmetric keys", () => {
  test.for(["aes-256", "hmac-sha256"] as const)("%s: 32 bytes, other ones each time", (algorithm) => {
    const [first, second] = [ALGORITHMS[algorithm].generate(), ALGORITHMS[algorithm].generate()];
    for (const { material, checkValue, publicKey } of [first, second]) {
      expect(material.length).toBe(32);
      expect(checkValue).toMatch(/^[0-9a-f]{10}$/);
      expect(publicKey).toBeNull();
    }
    expect(hex(first.material.reveal())).not.toBe(hex(second.material.reveal()));
    expect(first.checkValue).not.toBe(second.checkValue);
  });

  test("an AES key's check value: leftmost 5 bytes of the CMAC of a zero block (ANSI X9.24-1)", () => {
    const { material, checkValue } = ALGORITHMS["aes-256"].generate();
    expect(checkValue).toBe(hex(aesCmac(material.reveal(), ZEROS)).slice(0, 10));
  });

  test("that CMAC under the AES-256 key of SP 800-38B, appendix D.3 (value by OpenSSL 3.0.19)", () => {
    const key = fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    expect(hex(aesCmac(key, ZEROS))).toBe("1a0b2df26763cfd6afb9d3b1a2a846da");
  });

  test("an HMAC key's check value: leftmost 5 bytes of the HMAC of a zero block", () => {
    const { material, checkValue } = ALGORITHMS["hmac-sha256"].generate();
    expect(checkValue).toBe(createHmac("sha256", material.reveal()).update(ZEROS).digest("hex").slice(0, 10));
  });
});

describe("asymmetric keys: PKCS#8, and the public half of it", () => {
  test.for([
    { algorithm: "rsa-3072", type: "rsa", details: { modulusLength: 3072, publicExponent: 65_537n } },
    { algorithm: "ec-p256", type: "ec", details: { namedCurve: "prime256v1" } },
    { algorithm: "ed25519", type: "ed25519", details: {} },
    { algorithm: "ml-dsa-65", type: "ml-dsa-65", details: {} },
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
