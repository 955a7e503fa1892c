import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "../../../src/lib/bytes.ts";
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

test.skipIf(!haveVectors)("Wycheproof mlkem_768_encaps_test: to a damaged public key nothing is encapsulated", () => {
  const { testGroups } = readVectors<{ testGroups: { tests: { tcId: number; ek: string; result: string }[] }[] }>(
    "wycheproof",
    "mlkem_768_encaps_test.json",
  );
  const rows = testGroups.flatMap(({ tests }) => tests);
  const wrong = rows.filter(
    ({ ek, result }) => encapsulates(publicKeyOf("ml-kem-768", fromHex(ek))) !== (result === "valid"),
  );
  publish("wycheproof mlkem_768_encaps_test", { rows: rows.length });
  expect(wrong.map(({ tcId }) => tcId)).toEqual([]);
  expect(rows.length).toBe(265);
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

type AcvpRow = Readonly<Record<"tcId" | "d" | "z" | "ek" | "dk" | "c" | "k" | "reason", string>> & {
  testPassed?: boolean;
};

interface AcvpGroup {
  parameterSet: string;
  function?: string;
  tests: AcvpRow[];
}

/** A private key of its expanded form (FIPS 203), as RFC 9935 writes it; undefined if it can't be read. */
function keyOfExpanded(type: Type, expanded: Uint8Array): KeyObject | undefined {
  const der = long(0x30, concat(fromHex("020100"), oidOf(type), long(0x04, long(0x04, expanded))));
  try {
    return createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  } catch {
    return undefined;
  }
}

function publicKeyOf(type: Type, bytes: Uint8Array): KeyObject | undefined {
  const der = long(0x30, concat(oidOf(type), long(0x03, concat(Uint8Array.of(0), bytes))));
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

/** DER of more than 255 bytes. */
function long(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag, 0x82, content.length >> 8, content.length & 0xff), content);
}

function oidOf(type: Type): Uint8Array {
  const arc = { "ml-kem-512": 1, "ml-kem-768": 2, "ml-kem-1024": 3 }[type];
  return fromHex(`300b060960864801650304040${arc}`);
}

describe.skipIf(!haveVectors)("NIST ACVP, through our own functions (needs the vectors)", () => {
  const read = (folder: string) =>
    readVectors<{ testGroups: AcvpGroup[] }>("acvp", folder, "internalProjection.json.gz").testGroups;

  test("ML-KEM-keyGen-FIPS203: the key of a seed", () => {
    let rows = 0;
    for (const { parameterSet, tests } of read("ML-KEM-keyGen-FIPS203")) {
      const type = parameterSet.toLowerCase() as Type;
      for (const { d, z, ek } of tests) {
        rows += 1;
        const key = keyOfSeed(type, fromHex((d + z).toLowerCase()));
        const spki = createPublicKey(key).export({ format: "der", type: "spki" });
        expect(hex(spki.subarray(spki.length - LENGTHS[type].publicKey))).toBe(ek.toLowerCase());
      }
    }
    publish("acvp ML-KEM-keyGen", { rows });
    expect(rows).toBe(75);
  });

  test("ML-KEM-encapDecap-FIPS203: what is encapsulated, altered ciphertexts, damaged keys", () => {
    const wrong: string[] = [];
    let rows = 0;
    for (const { parameterSet, function: what, tests } of read("ML-KEM-encapDecap-FIPS203")) {
      const type = parameterSet.toLowerCase() as Type;
      for (const { tcId, ek, dk, c, k, reason, testPassed } of tests) {
        rows += 1;
        const bytes = (digits: string) => fromHex(digits.toLowerCase());
        if (what === "encapsulationKeyCheck") {
          if (encapsulates(publicKeyOf(type, bytes(ek))) !== testPassed) wrong.push(`${tcId} ${reason}`);
          continue;
        }
        const key = keyOfExpanded(type, bytes(dk));
        if (what === "decapsulationKeyCheck") {
          if ((key !== undefined) !== testPassed) wrong.push(`${tcId} ${reason}`);
          continue;
        }
        using secret = key === undefined ? undefined : decapsulateBy(key, bytes(c));
        if (secret === undefined || hex(secret.reveal()) !== k.toLowerCase()) wrong.push(`${tcId} ${what}`);
      }
    }
    publish("acvp ML-KEM-encapDecap", { rows });
    expect(wrong).toEqual([]);
    expect(rows).toBe(165);
  });
});

function encapsulates(key: KeyObject | undefined): boolean {
  if (key === undefined) return false;
  try {
    using _ = encapsulateTo(key).secret;
    return true;
  } catch {
    return false;
  }
}
