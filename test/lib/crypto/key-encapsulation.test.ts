import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { decapsulateBy, encapsulateTo } from "../../../src/lib/crypto/key-encapsulation.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

const TYPES = ["ml-kem-512", "ml-kem-768", "ml-kem-1024"] as const;
type Type = (typeof TYPES)[number];

/** Of FIPS 203 table 3, in bytes. */
const LENGTHS = {
  "ml-kem-512": { publicKey: 800, privateKey: 1632, ciphertext: 768 },
  "ml-kem-768": { publicKey: 1184, privateKey: 2400, ciphertext: 1088 },
  "ml-kem-1024": { publicKey: 1568, privateKey: 3168, ciphertext: 1568 },
} as const;

describe.each(TYPES)("%s", (type) => {
  const { privateKey, publicKey } = generateKeyPairSync(type as "ml-kem-768");

  test("what is encapsulated comes back; altered, it is another secret", () => {
    const { secret, ciphertext } = encapsulateTo(publicKey);
    using _ = secret;
    expect(ciphertext.length).toBe(LENGTHS[type].ciphertext);
    using again = decapsulateBy(privateKey, ciphertext);
    expect(again?.reveal()).toEqual(secret.reveal());
    const altered = ciphertext.map((byte, i) => (i === 9 ? byte ^ 1 : byte));
    using another = decapsulateBy(privateKey, altered);
    expect(another?.length).toBe(32);
    expect(another?.reveal()).not.toEqual(secret.reveal());
  });

  test("a ciphertext of another length gives nothing", () => {
    expect(decapsulateBy(privateKey, new Uint8Array(LENGTHS[type].ciphertext - 1))).toBeUndefined();
    expect(decapsulateBy(privateKey, new Uint8Array())).toBeUndefined();
  });
});

/** A private key of its 64 bytes of seed: PKCS#8 as RFC 9935 has it. */
function keyOfSeed(type: Type, seed: Uint8Array): KeyObject {
  const arc = { "ml-kem-512": 1, "ml-kem-768": 2, "ml-kem-1024": 3 }[type];
  const prefix = fromHex(`3054020100300b0609608648016503040 4 0${arc}0442 8040`.replaceAll(" ", ""));
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: "der", type: "pkcs8" });
}

interface Row {
  tcId: number;
  comment: string;
  flags: string[];
  seed?: string;
  ek?: string;
  c: string;
  K: string;
  result: string;
}

describe.skipIf(!haveVectors)("Wycheproof, through our own function (needs the vectors)", () => {
  test.for([{ file: "mlkem_768_test" }, { file: "mlkem_1024_test" }])("$file", ({ file }) => {
    const { testGroups } = readVectors<{ testGroups: { parameterSet: string; tests: Row[] }[] }>(
      "wycheproof",
      `${file}.json`,
    );
    const wrong: string[] = [];
    let rows = 0;
    for (const { parameterSet, tests } of testGroups) {
      const type = parameterSet.toLowerCase() as Type;
      for (const { tcId, comment, seed, ek, c, K, result } of tests) {
        rows += 1;
        const found = openedBy(type, seed, ek, c);
        if ((found === K) !== (result === "valid")) wrong.push(`${tcId} ${comment}: ${found}`);
      }
    }
    publish(`wycheproof ${file}`, { rows });
    expect(wrong).toEqual([]);
    expect(rows).toBeGreaterThan(60);
  });
});

function openedBy(type: Type, seed: string | undefined, ek: string | undefined, c: string): string | undefined {
  const bytes = fromHex(seed ?? "");
  if (bytes.length !== 64) return undefined;
  const key = keyOfSeed(type, bytes);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  if (ek !== undefined && hex(spki.subarray(spki.length - LENGTHS[type].publicKey)) !== ek) return undefined;
  using secret = decapsulateBy(key, fromHex(c));
  return secret === undefined ? undefined : hex(secret.reveal());
}
