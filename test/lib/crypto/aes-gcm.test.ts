import { describe, expect, test } from "vitest";
import { concat, fromHex, hex } from "../../../src/lib/bytes.ts";
import { openByGcm, sealByGcm } from "../../../src/lib/crypto/aes-gcm.ts";
import { publish } from "../../support/figures.ts";
import { haveVectors, readVectors } from "../../support/vectors.ts";

test("other lengths of key and nonce are the caller's mistake; what is shorter than a tag opens nothing", () => {
  for (const [key, nonce] of [
    [16, 8],
    [16, 16],
    [31, 12],
    [0, 12],
  ] as const) {
    const [bytes, iv] = [new Uint8Array(key), new Uint8Array(nonce)];
    expect(() => sealByGcm(bytes, iv, bytes)).toThrow(RangeError);
    expect(() => openByGcm(bytes, iv, new Uint8Array(32))).toThrow(RangeError);
  }
  expect(openByGcm(new Uint8Array(16), new Uint8Array(12), new Uint8Array(15))).toBeUndefined();
});

interface Row {
  key: string;
  nonce: string;
  associated: string;
  plain: string | undefined;
  /** Ciphertext and tag. */
  sealed: string;
  valid: boolean;
}

/** @returns whether each way gives what the row says */
function agrees({ key, nonce, associated, plain, sealed, valid }: Row): boolean {
  const opened = openByGcm(fromHex(key), fromHex(nonce), fromHex(sealed), fromHex(associated));
  if ((opened !== undefined) !== valid) return false;
  if (opened === undefined || plain === undefined) return true;
  const again = sealByGcm(fromHex(key), fromHex(nonce), fromHex(plain), fromHex(associated));
  return hex(concat(...opened)) === plain && hex(concat(...again)) === sealed;
}

describe.skipIf(!haveVectors)("others' vectors, through our own functions (needs them)", () => {
  test("Wycheproof", () => {
    const { testGroups } = readVectors<{
      testGroups: {
        ivSize: number;
        tests: Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string>[];
      }[];
    }>("wycheproof", "aes_gcm_test.json");
    let [rows, otherNonce] = [0, 0];
    for (const { ivSize, tests } of testGroups) {
      for (const { key, iv, aad, msg, ct, tag, result } of tests) {
        rows += 1;
        const row = { key, nonce: iv, associated: aad, plain: msg, sealed: ct + tag, valid: result === "valid" };
        if (ivSize === 96) expect(agrees(row)).toBe(true);
        else {
          otherNonce += 1;
          expect(() => agrees(row)).toThrow(RangeError);
        }
      }
    }
    publish("wycheproof aes_gcm_test", { rows, otherNonce });
    expect(rows).toBe(316);
  });

  test("NIST ACVP", () => {
    const { testGroups } = readVectors<{
      testGroups: {
        ivLen: number;
        tagLen: number;
        tests: Partial<Record<"key" | "iv" | "aad" | "pt" | "ct" | "tag", string>> & { testPassed?: boolean }[];
      }[];
    }>("acvp", "ACVP-AES-GCM-1.0", "internalProjection.json.gz");
    let [rows, refused] = [0, 0];
    for (const { ivLen, tagLen, tests } of testGroups) {
      for (const test of Object.values(tests) as Record<string, string | boolean>[]) {
        rows += 1;
        const of = (name: string) => String(test[name] ?? "").toLowerCase();
        const valid = test["testPassed"] !== false;
        const plain = valid ? of("pt") : undefined;
        const row = {
          key: of("key"),
          nonce: of("iv"),
          associated: of("aad"),
          plain,
          sealed: of("ct") + of("tag"),
          valid,
        };
        if (ivLen === 96 && tagLen === 128) expect(agrees(row)).toBe(true);
        else refused += 1; // other nonces are refused, and shorter tags open nothing
      }
    }
    publish("acvp AES-GCM", { rows, refused });
    expect(rows).toBe(60);
  });
});
