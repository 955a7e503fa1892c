import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { digestWords } from "../../../src/lib/crypto/words.ts";
import {
  type Enrolment,
  enrolmentDigest,
  parseEnrolmentFile,
  signEnrolment,
  writeEnrolmentFile,
} from "../../../src/lib/custodian/enrolment.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { refusalOf } from "../../support/refusal.ts";

const key = signingKey(new Secret(new Uint8Array(32).fill(3)));
const { recipient } = await generateIdentity("hybrid");
const { recipient: classical } = await generateIdentity("x25519");

function enrolment(changes: Partial<Enrolment> = {}): Enrolment {
  return {
    type: "enrolment",
    version: 1,
    name: "bob",
    custodianKey: publicKeyOf(key),
    recipients: [recipient],
    created: "2026-11-24T06:00:00.000Z",
    rehearsal: false,
    ...changes,
  };
}

/** A file that is signed by `key`, whatever it says. */
function file(changes: Record<string, unknown> = {}): string {
  const signed = signEnrolment({ ...enrolment(), ...changes }, key);
  return `${canonicalJson(signed)}\n`;
}

test("what is signed is read, with its digest", () => {
  const bytes = writeEnrolmentFile(signEnrolment(enrolment(), key));
  const read = parseEnrolmentFile(bytes);
  expect(read).toEqual({ enrolment: enrolment(), digest: enrolmentDigest(enrolment()) });
  expect(fromUtf8(bytes)).toBe(file());
  expect(digestWords(read.digest).split(" ")).toHaveLength(12);
});

test("the line feed at the end may be missing", () => {
  expect(parseEnrolmentFile(utf8(file().trimEnd())).enrolment).toEqual(enrolment());
});

test("each member is in the digest", () => {
  const others: Enrolment[] = [
    enrolment({ name: "bobby" }),
    enrolment({ custodianKey: publicKeyOf(signingKey(new Secret(new Uint8Array(32).fill(4)))) }),
    enrolment({ recipients: [classical] }),
    enrolment({ created: "2026-11-24T06:00:00.001Z" }),
    enrolment({ rehearsal: true }),
  ];
  expect(new Set([enrolment(), ...others].map(enrolmentDigest)).size).toBe(others.length + 1);
});

/** The eight points of small order and some encodings that aren't canonical (RFC 8032 section 5.1.3). */
const UNSOUND = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0100000000000000000000000000000000000000000000000000000000000080",
];

test.for(UNSOUND)("S16: the key %s is refused, whoever signed", async (custodianKey) => {
  expect(await refusalOf(() => parseEnrolmentFile(utf8(file({ custodianKey }))))).toEqual({
    code: "INPUT_MALFORMED",
    message: "enrolment: custodianKey: of small order or not canonical",
  });
});

test("S16: an enrolment swapped on the way has other words", () => {
  const mallory = signingKey(new Secret(new Uint8Array(32).fill(5)));
  const swapped = enrolment({ custodianKey: publicKeyOf(mallory), recipients: [classical] });
  const read = parseEnrolmentFile(writeEnrolmentFile(signEnrolment(swapped, mallory)));
  expect(digestWords(read.digest)).not.toBe(digestWords(enrolmentDigest(enrolment())));
});

test.for([
  { what: "another name", from: '"bob"', to: '"eve"' },
  { what: "another time", from: "06:00:00", to: "06:00:01" },
  { what: "a rehearsal", from: '"rehearsal":false', to: '"rehearsal":true' },
  { what: "another recipient", from: recipient, to: classical },
])("with $what the signature does not verify", async ({ from, to }) => {
  expect(await refusalOf(() => parseEnrolmentFile(utf8(file().replace(from, to))))).toEqual({
    code: "INPUT_MALFORMED",
    message: "enrolment: the signature does not verify: the file was altered",
  });
});

test.for([
  { what: "nothing", text: "", message: "not JSON" },
  { what: "a letter", text: "Dear Bob", message: "not JSON" },
  { what: "spaces", text: file().replace(":", ": "), message: "not canonical JSON (RFC 8785)" },
  { what: "two line feeds", text: `${file()}\n`, message: "not canonical JSON (RFC 8785)" },
  {
    what: "a doubled member",
    text: file().replace('"name"', '"name":"eve","name"'),
    message: "not canonical JSON (RFC 8785)",
  },
  { what: "an unknown member", text: file({ phone: "1" }), message: /phone/ },
  { what: "another version", text: file({ version: 2 }), message: /^enrolment\.version: / },
  { what: "another type", text: file({ type: "proof" }), message: /^enrolment\.type: / },
  { what: "I3: a path for a name", text: file({ name: "../bob" }), message: /^enrolment\.name: must be 1 to 64/ },
  {
    what: "I4: a name that repaints the screen",
    text: file({ name: "bob\u001b[2J" }),
    message: /^enrolment\.name: must be 1 to 64/,
  },
  { what: "no recipients", text: file({ recipients: [] }), message: /^enrolment\.recipients: / },
  {
    what: "nine recipients",
    text: file({ recipients: Array(9).fill(classical) }),
    message: /^enrolment\.recipients: /,
  },
  {
    what: "a recipient twice",
    text: file({ recipients: [classical, classical] }),
    message: "the same recipient twice",
  },
  {
    what: "a mixture",
    text: file({ recipients: [classical, recipient] }),
    message: /^1 of 2 recipients are post-quantum/,
  },
  {
    what: "a recipient that is none",
    text: file({ recipients: ["bob@example.org"] }),
    message: /^recipients\[0\]: not an age recipient/,
  },
  {
    what: "a time that is none",
    text: file({ created: "2026-02-30T00:00:00.000Z" }),
    message: /^enrolment\.created: /,
  },
  { what: "a local time", text: file({ created: "2026-11-24T06:00:00" }), message: /^enrolment\.created: / },
])("$what is refused", async ({ text, message }) => {
  expect(await refusalOf(() => parseEnrolmentFile(utf8(text)))).toEqual({
    code: "INPUT_MALFORMED",
    message: expect.stringMatching(
      typeof message === "string"
        ? `^enrolment: ${message.replace(/[()]/g, "\\$&")}$`
        : new RegExp(message.source.replace(/^\^?/, "^enrolment: .*")),
    ),
  });
});

test("what isn't UTF-8, and what is too large, is refused", async () => {
  expect(await refusalOf(() => parseEnrolmentFile(Uint8Array.of(0xff)))).toMatchObject({
    message: "enrolment: not UTF-8",
  });
  expect(await refusalOf(() => parseEnrolmentFile(new Uint8Array(LIMITS.documentBytes + 1)))).toMatchObject({
    message: `enrolment: larger than ${LIMITS.documentBytes} bytes`,
  });
});

describe("docs/formats/enrolment.md", () => {
  const page = readFileSync("docs/formats/enrolment.md", "utf8");
  test("the members in the table are those that the code reads", () => {
    const table = page.slice(page.indexOf("## Members"), page.indexOf("A recipient is written"));
    const members = Array.from(table.matchAll(/^\| `(\w+)`/gm), ([, name]) => name);
    expect(new Set(members)).toEqual(new Set(Object.keys(enrolment())));
  });

  const vector = page.match(/^ {4}(\{"enrolment".*\})$/m)?.[1] ?? "";

  test("the file is good, and has the digest and the words", () => {
    const { enrolment: read, digest } = parseEnrolmentFile(utf8(`${vector}\n`));
    expect(read.name).toBe("bob");
    expect(page).toContain(digest);
    expect(page).toContain(digestWords(digest));
  });
});
