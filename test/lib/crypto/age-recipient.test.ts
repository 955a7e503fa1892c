import { p256 } from "@noble/curves/nist.js";
import { bech32 } from "@scure/base";
import { Decrypter, Encrypter } from "age-encryption";
import { describe, expect, test } from "vitest";
import {
  generateIdentity,
  hybridIdentity,
  hybridRecipient,
  identityKind,
  recipientKind,
  recipientOf,
  recipientsProblem,
} from "../../../src/lib/crypto/age-recipient.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { Secret } from "../../../src/lib/secret.ts";

function seedOf(byte: number): Secret {
  return new Secret(new Uint8Array(32).fill(byte));
}

test("a seed is spelt as an age identity", () => {
  expect(hybridIdentity(seedOf(1))).toMatch(/^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/);
});

test("a recipient is what the age library makes of the identity, 1,959 characters", async () => {
  const recipient = await hybridRecipient(seedOf(1));
  expect(recipient).toMatch(/^age1pq1[02-9ac-hj-np-z]+$/);
  expect(recipient).toHaveLength(1959);
});

test("the identity opens what was sealed to the recipient", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await hybridRecipient(seedOf(1)));
  const sealed = await encrypter.encrypt("backup");

  const decrypter = new Decrypter();
  decrypter.addIdentity(hybridIdentity(seedOf(1)));
  expect(await decrypter.decrypt(sealed, "text")).toBe("backup");
});

test("another seed's identity doesn't open it", async () => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await hybridRecipient(seedOf(1)));
  const sealed = await encrypter.encrypt("backup");

  const decrypter = new Decrypter();
  decrypter.addIdentity(hybridIdentity(seedOf(2)));
  await expect(decrypter.decrypt(sealed)).rejects.toThrow("no identity matched");
});

test.for([0, 31, 33, 64])("a seed of %i bytes is a bug of the caller", (length) => {
  expect(() => hybridIdentity(new Secret(new Uint8Array(length)))).toThrow(RangeError);
});

test.for(["hybrid", "x25519"] as const)(
  "a new %s identity is another one each time, and opens what is sealed to it",
  async (kind) => {
    const { identity, recipient } = await generateIdentity(kind);
    expect(identityKind(identity)).toBe(kind);
    expect(recipientKind(recipient)).toBe(kind);
    expect(await recipientOf(identity)).toBe(recipient);
    expect((await generateIdentity(kind)).identity).not.toBe(identity);

    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    expect(await decrypter.decrypt(await encrypter.encrypt("share"), "text")).toBe("share");
  },
);

const HYBRID = await hybridRecipient(seedOf(1));
const X25519 = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"; // the one of C2SP age's example
const HYBRID_KEY = bytesOf(HYBRID);
const POINT = p256.getPublicKey(new Uint8Array(32).fill(7), true);
const LONG_POINT = p256.getPublicKey(new Uint8Array(32).fill(7), false);
const TAG = spelt("age1tag", POINT);
const TAG_HYBRID = spelt("age1tagpq", joined(HYBRID_KEY.subarray(0, 1184), LONG_POINT));

function bytesOf(recipient: string): Uint8Array {
  return bech32.fromWords(bech32.decode(recipient as `${string}1${string}`, false).words);
}

function spelt(prefix: string, bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes), false);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? value : byte));
}

describe("a recipient is known by its kind", () => {
  test.for([
    { kind: "hybrid", recipient: HYBRID },
    { kind: "x25519", recipient: X25519 },
    { kind: "tag", recipient: TAG },
    { kind: "tag-hybrid", recipient: TAG_HYBRID },
  ] as const)("$kind, to which the age library seals", async ({ kind, recipient }) => {
    expect(recipientKind(recipient)).toBe(kind);
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    expect((await encrypter.encrypt("a share")).length).toBeGreaterThan(0);
  });

  test.for([
    { what: "nothing", text: "" },
    { what: "no separator", text: "age" },
    { what: "another word", text: "bob@example.org" },
    { what: "a wrong checksum", text: `${X25519.slice(0, -1)}w` },
    { what: "upper case, a second spelling", text: X25519.toUpperCase() },
    { what: "a space after it", text: `${X25519} ` },
    { what: "an SSH key", text: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE" },
    { what: "a plugin's", text: spelt("age1yubikey", POINT) },
    { what: "an identity", text: hybridIdentity(seedOf(1)).toLowerCase() },
    { what: "an X25519 key of 31 bytes", text: spelt("age", new Uint8Array(31).fill(9)) },
    { what: "an X25519 key of 33 bytes", text: spelt("age", new Uint8Array(33).fill(9)) },
    { what: "S16: an X25519 point of small order, 0", text: spelt("age", new Uint8Array(32)) },
    { what: "S16: an X25519 point of small order, 1", text: spelt("age", changed(new Uint8Array(32), 0, 1)) },
    { what: "a hybrid key cut short", text: spelt("age1pq", HYBRID_KEY.subarray(0, 1215)) },
    {
      what: "a hybrid key with a coefficient of q",
      text: spelt("age1pq", changed(changed(HYBRID_KEY, 0, 0x01), 1, 0x0d)),
    },
    {
      what: "a hybrid key with a small-order point",
      text: spelt("age1pq", joined(HYBRID_KEY.subarray(0, 1184), new Uint8Array(32))),
    },
    { what: "a tag key that is no point", text: spelt("age1tag", changed(POINT, 0, 5)) },
    { what: "a tag key that is uncompressed", text: spelt("age1tag", LONG_POINT) },
    {
      what: "a hybrid tag key off the curve",
      text: spelt("age1tagpq", joined(HYBRID_KEY.subarray(0, 1184), changed(LONG_POINT, 64, 0))),
    },
    {
      what: "a hybrid tag key with a compressed point",
      text: spelt("age1tagpq", joined(HYBRID_KEY.subarray(0, 1184), POINT)),
    },
    { what: "a megabyte", text: `age1${"q".repeat(1_000_000)}` },
  ])("not $what", ({ text }) => {
    expect(recipientKind(text)).toBeUndefined();
  });
});

describe("an identity is known by its kind", () => {
  test.for([
    { what: "lower case, a second spelling", text: hybridIdentity(seedOf(1)).toLowerCase() },
    { what: "a wrong checksum", text: `${hybridIdentity(seedOf(1)).slice(0, -1)}Q` },
    { what: "31 bytes", text: spelt("age-secret-key-", new Uint8Array(31)).toUpperCase() },
    { what: "a plugin's", text: spelt("age-plugin-yubikey-", new Uint8Array(32)).toUpperCase() },
    { what: "a recipient", text: X25519 },
    { what: "nothing", text: "" },
  ])("not $what", ({ text }) => {
    expect(identityKind(text)).toBeUndefined();
  });
});

const many = await Promise.all(
  Array.from({ length: LIMITS.recipients + 1 }, async () => (await generateIdentity("x25519")).recipient),
);

describe("recipients of one custodian", () => {
  test.for([
    { what: "one", recipients: [X25519] },
    { what: "several that aren't post-quantum", recipients: [X25519, TAG] },
    { what: "several that are", recipients: [HYBRID, TAG_HYBRID] },
  ])("$what", ({ recipients }) => {
    expect(recipientsProblem(recipients)).toBeUndefined();
  });

  const mixed = (some: number, all: number) =>
    `${some} of ${all} recipients are post-quantum (age1pq1…, age1tagpq1…), wanted all or none`;

  test(`${LIMITS.recipients} at most`, () => {
    expect(recipientsProblem(many.slice(1))).toBeUndefined();
    expect(recipientsProblem(many)).toBe(`${many.length} recipients, wanted 1 to ${LIMITS.recipients}`);
  });

  test.for([
    { recipients: [], problem: "0 recipients, wanted 1 to 8" },
    { recipients: [HYBRID, X25519], problem: mixed(1, 2) },
    { recipients: [TAG, TAG_HYBRID, HYBRID], problem: mixed(2, 3) },
    { recipients: [X25519, X25519], problem: "the same recipient twice" },
    {
      recipients: [X25519, "age1bob"],
      problem: "recipients[1]: not an age recipient (age1…, age1pq1…, age1tag1…, age1tagpq1…)",
    },
  ])("$problem", ({ recipients, problem }) => {
    expect(recipientsProblem(recipients)).toBe(problem);
  });
});
