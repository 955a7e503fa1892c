import { describe, expect, test } from "vitest";
import { fromHex, hex } from "../../../src/lib/bytes.ts";
import { decapsulateBy } from "../../../src/lib/crypto/key-encapsulation.ts";
import { publish } from "../../support/figures.ts";
import { encapsulates, keyOfExpanded, ML_KEM_LENGTHS, ML_KEM_TYPES, publicKeyOf } from "../../support/ml-kem.ts";
import { haveVectors, readVectorText } from "../../support/vectors.ts";

describe.skipIf(!haveVectors)("CCTV ML-KEM, through our own functions (needs the vectors)", () => {
  describe.each(ML_KEM_TYPES)("%s", (type) => {
    const name = type.toUpperCase();

    test("modulus: to a public key with a coefficient that is too large nothing is encapsulated", () => {
      const keys = readVectorText("cctv", "ML-KEM", "modulus", `${name}.txt.gz`).trim().split("\n");
      publish(`cctv ${name} modulus`, { rows: keys.length });
      expect(keys.every((key) => key.length === 2 * ML_KEM_LENGTHS[type].publicKey)).toBe(true);
      expect(keys.filter((key) => encapsulates(publicKeyOf(type, fromHex(key))))).toEqual([]);
      expect(keys.length).toBeGreaterThan(700);
    });

    test.for([
      {
        file: "strcmp",
        what: "a ciphertext that differs from the right one only after a zero byte gives another secret",
      },
      { file: "unluckysample", what: "a matrix that takes more of SHAKE128 than usual" },
    ])("$file: $what", ({ file }) => {
      const text = readVectorText("cctv", "ML-KEM", file, `${name}.txt`);
      const of = Object.fromEntries(text.split("\n").map((line) => line.split(" = ", 2)));
      const key = keyOfExpanded(type, fromHex(of.dk));
      if (key === undefined) throw new Error("the private key is not read");
      using secret = decapsulateBy(key, fromHex(of.c));
      expect(hex(secret?.reveal() ?? new Uint8Array())).toBe(of.K);
    });
  });
});
