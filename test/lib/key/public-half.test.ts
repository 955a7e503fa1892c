import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromUtf8 } from "../../../src/lib/bytes.ts";
import { type PublicFormat, publicHalf } from "../../../src/lib/key/public-half.ts";
import { create, move, rotate, together } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const TIME = "2027-01-01T00:00:00.000Z";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      create("release", { algorithm: "ed25519" }),
      create("letters", { algorithm: "rsa-2048", usages: ["encrypt", "decrypt"] }),
      create("payments"),
      create("gone", { algorithm: "ed25519" }),
      create("held", { algorithm: "ec-p256" }),
      create("early", { algorithm: "ec-p256", preActive: true }),
    ),
  );
  await made.perform(together(rotate("release"), rotate("letters")));
  await made.perform(rotate("release"));
  await made.perform(rotate("release"));
  await made.perform(
    together(
      move("compromise", "release", 2),
      move("destroy", "release", 1),
      move("destroy", "gone"),
      move("suspend", "held"),
    ),
  );
});
afterAll(() => made[Symbol.asyncDispose]());

async function half(name: string, version?: number | "all", format: PublicFormat = "pem") {
  await using vault = await made.open();
  return await publicHalf(vault.reader, name, version, format, TIME);
}

describe("one version, whatever its state", () => {
  test("the current one in each format is the same key", async () => {
    const [pem, der, jwk] = await Promise.all(
      (["pem", "der", "jwk"] as const).map(async (format) => (await half("release", undefined, format)).bytes),
    );
    const key = createPublicKey(fromUtf8(pem ?? new Uint8Array()));
    expect(createPublicKey({ key: Buffer.from(der ?? []), format: "der", type: "spki" }).equals(key)).toBe(true);
    expect(createPublicKey({ key: JSON.parse(fromUtf8(jwk ?? new Uint8Array())), format: "jwk" }).equals(key)).toBe(
      true,
    );
  });

  test.for([
    { name: "release", version: 1, state: "destroyed", permits: [] },
    { name: "release", version: 2, state: "compromised", permits: [] },
    { name: "release", version: 3, state: "deactivated", permits: ["verify"] },
    { name: "release", version: 4, state: "active", permits: ["verify"] },
    { name: "letters", version: 1, state: "deactivated", permits: [] },
    { name: "letters", version: 2, state: "active", permits: ["encrypt"] },
    { name: "held", version: 1, state: "suspended", permits: [] },
    { name: "early", version: 1, state: "pre-active", permits: [] },
  ] as const)("$name version $version is $state", async ({ name, version, state, permits }) => {
    const { versions, left } = await half(name, version);
    expect(versions).toMatchObject([{ version, state, permits, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(left).toEqual([]);
  });
});

describe("all versions", () => {
  test("those whose public half may still be used, the newest first; the others are named", async () => {
    const { bytes, versions, left } = await half("release", "all", "jwk");
    expect(versions.map(({ version }) => version)).toEqual([4, 3]);
    expect(left).toEqual([
      { version: 1, state: "destroyed" },
      { version: 2, state: "compromised" },
    ]);
    const { keys } = JSON.parse(fromUtf8(bytes));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toEqual(JSON.parse(fromUtf8((await half("release", 4, "jwk")).bytes)));
  });

  test("a key of one version makes a set too, and PEM documents follow each other", async () => {
    expect(JSON.parse(fromUtf8((await half("letters", "all", "jwk")).bytes))).toMatchObject({ keys: [{ kty: "RSA" }] });
    expect(fromUtf8((await half("release", "all")).bytes).match(/-----BEGIN PUBLIC KEY-----/g)).toHaveLength(2);
  });

  test.for(["gone", "held", "early"])("none of %s may be used", async (name) => {
    expect(await refusalOf(half(name, "all"))).toEqual({
      code: "REFUSED",
      message: `key default/${name}: the public half of none of its versions may be used any more`,
    });
  });

  test("several in DER are refused", async () => {
    expect(await refusalOf(half("release", "all", "der"))).toMatchObject({ code: "USAGE" });
  });
});

test.for([
  { name: "payments", version: undefined, code: "USAGE", message: "symmetric key has no public half" },
  { name: "payments", version: "all", code: "USAGE", message: "symmetric key has no public half" },
  { name: "release", version: 5, code: "NOT_FOUND", message: "key default/release has no version 5" },
  { name: "nobody", version: undefined, code: "NOT_FOUND", message: "no key nobody" },
] as const)("$name version $version: $code", async ({ name, version, code, message }) => {
  expect(await refusalOf(half(name, version))).toEqual({ code, message: expect.stringContaining(message) });
});
