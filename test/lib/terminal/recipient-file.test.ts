import { generateKeyPairSync } from "node:crypto";
import { symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { wrappingKeyPem } from "../../../src/lib/key/rsa-recipient.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { readRecipientFile } from "../../../src/lib/terminal/recipient-file.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const spki = publicKey.export({ format: "der", type: "spki" });
const pem = wrappingKeyPem(publicKey);
const AGE = "age1ezeppldsqvgtd7z0qdukr4my3qykv4w2j0ugtreqshqmgp6kpq3s3urkck";

let place: Workspace;
beforeAll(async () => {
  place = await workspace();
});
afterAll(() => place[Symbol.asyncDispose]());

describe("an RSA public key in any spelling is the same", () => {
  test.for([
    { spelling: "SPKI in PEM", content: pem },
    { spelling: "with CRLF", content: pem.replaceAll("\n", "\r\n") },
    { spelling: "PKCS#1 in PEM", content: publicKey.export({ format: "pem", type: "pkcs1" }) },
    { spelling: "SPKI in DER", content: spki },
  ])("$spelling", async ({ content }) => {
    expect(readRecipientFile(await place.write("key", content))).toEqual({ kind: "rsa", publicKey: pem });
  });
});

test("age recipients, one a line, between comments and empty lines", async () => {
  const { recipient } = await generateIdentity("hybrid");
  const content = `# the partner\r\n\n${AGE}\n  ${recipient}  \n# end`;
  expect(readRecipientFile(await place.write("list", content))).toEqual({ kind: "age", recipients: [AGE, recipient] });
});

describe("what is none is refused, and says why", () => {
  test.for([
    { what: "nothing", content: "", message: "no recipient in it" },
    { what: "comments only", content: "# age1\n", message: "no recipient in it" },
    { what: "a typo", content: `${AGE}\n${AGE.slice(0, -1)}q\n`, message: "line 2 is no age recipient" },
    { what: "an ssh key", content: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a@b\n", message: "line 1 is no age recipient" },
    { what: "binary", content: new Uint8Array(300).fill(0xff), message: "line 1 is no age recipient" },
    {
      what: "an age identity",
      content: `# public key: ${AGE}\nAGE-SECRET-KEY-1QQQ\n`,
      message: "an age identity, which is secret: wanted recipients",
    },
    {
      what: "a private key",
      content: privateKey.export({ format: "pem", type: "pkcs8" }),
      message: "a private key, wanted a public one",
    },
    {
      what: "a private key of old",
      content: privateKey.export({ format: "pem", type: "pkcs1" }),
      message: "a private key, wanted a public one",
    },
    {
      what: "a certificate",
      content: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      message: "a certificate, wanted a public key",
    },
    {
      what: "other PEM",
      content: "-----BEGIN EC PARAMETERS-----\nMIIB\n-----END EC PARAMETERS-----\n",
      message: "PEM of EC PARAMETERS, wanted PUBLIC KEY",
    },
    { what: "two keys", content: pem + pem, message: "more than one PEM document" },
    { what: "damaged PEM", content: pem.replace("MIIB", "AAAA"), message: "no public key can be read from it" },
    { what: "damaged DER", content: spki.subarray(0, 200), message: "no public key can be read from it" },
    {
      what: "DER with something behind",
      content: Buffer.concat([spki, Buffer.of(0)]),
      message: "no public key can be read from it",
    },
    {
      what: "a short RSA key",
      content: generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "pem", type: "spki" }),
      message: "an RSA modulus of 1024 bits, wanted at least 2048",
    },
    {
      what: "an EC key",
      content: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "pem", type: "spki" }),
      message: "a key of ec, wanted RSA",
    },
    { what: "too much", content: "#".repeat(LIMITS.recipientFileBytes + 1), message: "65537 bytes, at most 65536" },
  ])("$what", async ({ content, message }) => {
    const path = await place.write("wrong", content);
    const refused = await refusalOf(() => readRecipientFile(path));
    expect(refused).toEqual({ code: "INPUT_MALFORMED", message: expect.stringContaining(`${path}: ${message}`) });
    expect(JSON.stringify(refused)).not.toContain("SECRET-KEY-1");
  });

  test("as much as is read", async () => {
    const path = await place.write("full", `${AGE}\n#`.padEnd(LIMITS.recipientFileBytes, "x"));
    expect(readRecipientFile(path)).toMatchObject({ recipients: [AGE] });
  });

  test("a directory, a device, nothing", async () => {
    symlinkSync("/dev/zero", place.file("zero"));
    for (const path of [place.path, place.file("zero")])
      expect(await refusalOf(() => readRecipientFile(path))).toMatchObject({ code: "INPUT_MALFORMED" });
    expect(await refusalOf(() => readRecipientFile(place.file("none")))).toMatchObject({ code: "NOT_FOUND" });
  });
});
