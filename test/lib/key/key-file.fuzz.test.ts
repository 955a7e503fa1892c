import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { concat, utf8 } from "../../../src/lib/bytes.ts";
import { readDer, writeDer } from "../../../src/lib/crypto/der.ts";
import { isConclaveError } from "../../../src/lib/errors.ts";
import { type KeyFormat, readKeyFile } from "../../../src/lib/key/key-file.ts";
import { der, ecKey, edKey } from "../../support/crafted-key.ts";

const scalar = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const { privateKey } = generateKeyPairSync("ed25519");
const encrypted = { cipher: "aes-256-cbc", passphrase: "none" };
/** Good keys, each in its format. */
const GOOD: readonly (readonly [KeyFormat, Uint8Array])[] = [
  ["der", edKey(scalar)],
  ["der", ecKey(scalar)],
  ["der", privateKey.export({ format: "der", type: "pkcs8", ...encrypted })],
  ["pem", utf8(privateKey.export({ format: "pem", type: "pkcs8" }))],
  ["pem", utf8(privateKey.export({ format: "pem", type: "pkcs8", ...encrypted }))],
  ["jwk", utf8(JSON.stringify(privateKey.export({ format: "jwk" })))],
  ["jwk", utf8(JSON.stringify({ keys: [{ kty: "oct", alg: "HS256", k: "A".repeat(43) }] }))],
  ["hex", utf8("0123456789abcdef".repeat(4))],
];

/** Whether it is taken, or refused by an error that a person can act on. */
async function outcome(bytes: Uint8Array, format: KeyFormat | undefined): Promise<"taken" | "refused"> {
  try {
    const passphrase = async () => "none";
    await readKeyFile(bytes, {
      format,
      algorithm: format === "hex" ? "aes-256" : undefined,
      kid: undefined,
      passphrase,
    });
    return "taken";
  } catch (error) {
    if (isConclaveError(error)) return "refused";
    throw error;
  }
}

test("a good key with whatever changed in it is taken or refused, and nothing else happens", async () => {
  const change = fc.record({
    good: fc.constantFrom(...GOOD),
    at: fc.nat(),
    with: fc.uint8Array({ maxLength: 4 }),
    instead: fc.nat({ max: 4 }),
    told: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ good: [format, bytes], at, with: put, instead, told }) => {
      const place = at % (bytes.length + 1);
      const changed = concat(bytes.subarray(0, place), put, bytes.subarray(Math.min(bytes.length, place + instead)));
      expect(await outcome(changed, told ? format : undefined)).toMatch(/taken|refused/);
    }),
    { numRuns: 1500 },
  );
});

test("whatever bytes are taken or refused", async () => {
  const formats = fc.constantFrom(undefined, "pem", "der", "jwk", "hex", "raw");
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), formats, async (bytes, format) => {
      expect(await outcome(bytes, format)).toMatch(/taken|refused/);
    }),
    { numRuns: 500 },
  );
});

test("DER that is written is read again, and is the only spelling of it that is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 20 }), (first, second) => {
      const bytes = writeDer(0x30, der(4, first), der(4, second)).reveal();
      expect(readDer(bytes).members.map(({ content }) => content)).toEqual([first, second]);
      expect(() => readDer(concat(bytes, Uint8Array.of(0)))).toThrow("1 bytes too many");
      expect(() => readDer(bytes.subarray(0, -1))).toThrow("cut short");
    }),
  );
  expect(() => writeDer(4, new Uint8Array(65_536))).toThrow(RangeError);
});
