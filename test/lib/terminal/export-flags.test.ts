import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { wrappingKeyPem } from "../../../src/lib/key/rsa-recipient.ts";
import { exportRecipient } from "../../../src/lib/terminal/export-flags.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const ONE = "age1ezeppldsqvgtd7z0qdukr4my3qykv4w2j0ugtreqshqmgp6kpq3s3urkck";
const TAG = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e"; // C2SP age, tag recipients
const pem = wrappingKeyPem(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey);

let place: Workspace;
let rsa = "";
let list = "";
let hybrid = "";
beforeAll(async () => {
  place = await workspace();
  hybrid = (await generateIdentity("hybrid")).recipient;
  rsa = await place.write("hsm.pem", pem);
  list = await place.write("list", `${ONE}\n`);
});
afterAll(() => place[Symbol.asyncDispose]());

const NOTHING = { to: [], words: undefined, "to-passphrase": false, mechanism: undefined };

test("each kind of recipient", async () => {
  expect(exportRecipient({ ...NOTHING, to: [ONE] })).toEqual({ kind: "age", recipients: [ONE] });
  expect(exportRecipient({ ...NOTHING, to: [hybrid] })).toEqual({ kind: "age", recipients: [hybrid] });
  expect(exportRecipient({ ...NOTHING, to: [list, TAG] })).toEqual({ kind: "age", recipients: [ONE, TAG] });
  expect(exportRecipient({ ...NOTHING, "to-passphrase": true })).toEqual({ kind: "passphrase" });
  for (const mechanism of ["rsa-aes-key-wrap", "rsa-oaep"] as const)
    expect(exportRecipient({ ...NOTHING, to: [rsa], mechanism })).toEqual({ kind: "rsa", mechanism, publicKey: pem });
  expect(exportRecipient({ ...NOTHING, to: [rsa] })).toMatchObject({ mechanism: "rsa-aes-key-wrap" });
});

test.for([
  { what: "nobody", flags: () => ({}), code: "USAGE", message: "it never leaves the vault in clear" },
  { what: "both", flags: () => ({ to: [ONE], "to-passphrase": true }), code: "USAGE", message: "one or the other" },
  {
    what: "RSA twice",
    flags: () => ({ to: [rsa, rsa] }),
    code: "USAGE",
    message: "one RSA key or one vault, and nobody else",
  },
  {
    what: "RSA and age",
    flags: () => ({ to: [rsa, ONE] }),
    code: "USAGE",
    message: "one RSA key or one vault, and nobody else",
  },
  {
    what: "age and RSA",
    flags: () => ({ to: [ONE, rsa] }),
    code: "USAGE",
    message: "one RSA key or one vault, and nobody else",
  },
  { what: "one twice", flags: () => ({ to: [ONE, list] }), code: "USAGE", message: "the same recipient twice" },
  { what: "mixed", flags: () => ({ to: [ONE, hybrid] }), code: "USAGE", message: "are post-quantum" },
  { what: "a typo", flags: () => ({ to: [`${ONE.slice(0, -1)}q`] }), code: "USAGE", message: "not an age recipient" },
  { what: "no file", flags: () => ({ to: ["none"] }), code: "NOT_FOUND", message: "none: no such file" },
  {
    what: "an identity",
    flags: () => ({ to: ["AGE-SECRET-KEY-1QQQQQQ"] }),
    code: "USAGE",
    message: "an age identity, which is secret",
  },
  {
    what: "a mechanism for age",
    flags: () => ({ to: [ONE], mechanism: "rsa-oaep" as const }),
    code: "USAGE",
    message: "--mechanism is for an RSA key",
  },
  {
    what: "a mechanism for a passphrase",
    flags: () => ({ "to-passphrase": true, mechanism: "rsa-oaep" as const }),
    code: "USAGE",
    message: "--mechanism is for an RSA key",
  },
])("$what: $code", async ({ flags, code, message }) => {
  const refused = await refusalOf(() => exportRecipient({ ...NOTHING, ...flags() }));
  expect(refused).toEqual({ code, message: expect.stringContaining(message) });
  expect(JSON.stringify(refused)).not.toContain("QQQQ");
});

test("more recipients than a file is sealed to", async () => {
  const many = await Promise.all(Array.from({ length: 9 }, async () => (await generateIdentity("x25519")).recipient));
  expect(exportRecipient({ ...NOTHING, to: many.slice(1) })).toMatchObject({ kind: "age" });
  expect(await refusalOf(() => exportRecipient({ ...NOTHING, to: many }))).toMatchObject({ code: "USAGE" });
});
