import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { decapsulateBy, encapsulateTo } from "../../../src/lib/crypto/key-encapsulation.ts";
import { publish } from "../../support/figures.ts";
import {
  encapsulates,
  keyOfExpanded,
  keyOfSeed,
  ML_KEM_LENGTHS,
  ML_KEM_TYPES,
  type MlKemType,
  publicKeyOf,
} from "../../support/ml-kem.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

describe.each(ML_KEM_TYPES)("%s", (type) => {
  const { privateKey, publicKey } = generateKeyPairSync(type as "ml-kem-768");

  test("what is encapsulated comes back; altered, it is another secret", () => {
    const { secret, ciphertext } = encapsulateTo(publicKey);
    using _ = secret;
    expect(ciphertext.length).toBe(ML_KEM_LENGTHS[type].ciphertext);
    using again = decapsulateBy(privateKey, ciphertext);
    expect(again?.reveal()).toEqual(secret.reveal());
    const altered = ciphertext.map((byte, i) => (i === 9 ? byte ^ 1 : byte));
    using another = decapsulateBy(privateKey, altered);
    expect(another?.length).toBe(32);
    expect(another?.reveal()).not.toEqual(secret.reveal());
  });

  test("a ciphertext of another length gives nothing", () => {
    expect(decapsulateBy(privateKey, new Uint8Array(ML_KEM_LENGTHS[type].ciphertext - 1))).toBeUndefined();
    expect(decapsulateBy(privateKey, new Uint8Array())).toBeUndefined();
  });
});

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
      const type = parameterSet.toLowerCase() as MlKemType;
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

function openedBy(type: MlKemType, seed: string | undefined, ek: string | undefined, c: string): string | undefined {
  const bytes = fromHex(seed ?? "");
  if (bytes.length !== 64) return undefined;
  const key = keyOfSeed(type, bytes);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  if (ek !== undefined && hex(spki.subarray(spki.length - ML_KEM_LENGTHS[type].publicKey)) !== ek) return undefined;
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

describe.skipIf(!haveVectors)("NIST ACVP, through our own functions (needs the vectors)", () => {
  const read = (folder: string) =>
    readVectors<{ testGroups: AcvpGroup[] }>("acvp", folder, "internalProjection.json.gz").testGroups;

  test("ML-KEM-keyGen-FIPS203: the key of a seed", () => {
    let rows = 0;
    for (const { parameterSet, tests } of read("ML-KEM-keyGen-FIPS203")) {
      const type = parameterSet.toLowerCase() as MlKemType;
      for (const { d, z, ek } of tests) {
        rows += 1;
        const key = keyOfSeed(type, fromHex((d + z).toLowerCase()));
        const spki = createPublicKey(key).export({ format: "der", type: "spki" });
        expect(hex(spki.subarray(spki.length - ML_KEM_LENGTHS[type].publicKey))).toBe(ek.toLowerCase());
      }
    }
    publish("acvp ML-KEM-keyGen", { rows });
    expect(rows).toBe(75);
  });

  test("ML-KEM-encapDecap-FIPS203: what is encapsulated, altered ciphertexts, damaged keys", () => {
    const wrong: string[] = [];
    let rows = 0;
    for (const { parameterSet, function: what, tests } of read("ML-KEM-encapDecap-FIPS203")) {
      const type = parameterSet.toLowerCase() as MlKemType;
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
