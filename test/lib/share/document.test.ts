import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { fromUtf8, hex, utf8 } from "../../../src/lib/bytes.ts";
import { sha256 } from "../../../src/lib/crypto/digest.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { readDocument, writeDocument } from "../../../src/lib/share/document.ts";
import type { Pin } from "../../../src/lib/share/pin.ts";
import { quorumTag, type ShareRecord, vaultPrefix } from "../../../src/lib/share/record.ts";
import { openWithPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { plainShare } from "../../support/sharing.ts";

const RECORD = "cvr1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qzzd4m6a";
const SENTENCE = "This is alice's share of quorum root of a Conclave rehearsal (2 of 3 open it). Keep it secret.";
const SEED = "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
const PIN: Pin = {
  vault: "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21",
  genesis: "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e",
  epoch: "0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90",
  host: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  manifest: "05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f",
};
const LINES = [
  SENTENCE,
  RECORD,
  `vault ${PIN.vault}`,
  `genesis ${PIN.genesis}`,
  `epoch ${PIN.epoch}`,
  `host ${PIN.host}`,
  `manifest ${PIN.manifest}`,
  `custodian-key ${SEED}`,
] as const;
const TEXT = textOf(LINES);

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** The text with one line replaced by others; lines count from 1. */
function replaced(number: number, ...others: string[]): string {
  return textOf([...LINES.slice(0, number - 1), ...others, ...LINES.slice(number)]);
}

function record(): ShareRecord {
  return {
    rehearsal: true,
    vaultPrefix: vaultPrefix(PIN.vault),
    quorumTag: quorumTag("d94b1f0e-7a55-4d0c-8a3e-51c2b7f09e64"),
    generation: 1,
    threshold: 2,
    total: 3,
    share: plainShare(1),
  };
}

function seed(): Secret {
  return new Secret(Uint8Array.from({ length: 32 }, (_, i) => 0x40 + i));
}

function refusalOf(text: string | Uint8Array) {
  try {
    readDocument(typeof text === "string" ? utf8(text) : text);
  } catch (error) {
    if (error instanceof ConclaveError) return { code: error.code, message: error.message };
    throw error;
  }
  return "accepted";
}

describe("docs/formats/share-file.md", () => {
  const document = readFileSync("docs/formats/share-file.md", "utf8");
  const armored = document.match(/ {4}-----BEGIN[^]*END AGE ENCRYPTED FILE-----\n/)?.[0].replace(/^ {4}/gm, "") ?? "";

  test("the file opens, and holds the text", async () => {
    using opened = await openWithPassphrase(utf8(armored), "correct horse battery staple");
    expect(fromUtf8(opened.reveal())).toBe(TEXT);
    expect(document).toContain(LINES.map((line) => `    ${line}\n`).join(""));
    expect(document).toContain(hex(sha256(opened.reveal())));
  });

  test("the text is what is written", () => {
    using written = writeDocument({ sentence: SENTENCE, record: record(), pin: PIN, custodianSeed: seed() });
    expect(fromUtf8(written.reveal())).toBe(TEXT);
  });
});

test("what is written is read", () => {
  using written = writeDocument({ sentence: SENTENCE, record: record(), pin: PIN, custodianSeed: seed() });
  using read = readDocument(written);
  expect(read.pin).toEqual(PIN);
  expect(read.record).toMatchObject({ rehearsal: true, generation: 1, threshold: 2, total: 3 });
  expect(read.record.share.bytes.reveal()).toEqual(plainShare(1).bytes.reveal());
  expect(read.custodianSeed?.reveal()).toEqual(seed().reveal());
});

test("without a custodian key there is none", () => {
  using written = writeDocument({ sentence: SENTENCE, record: record(), pin: PIN });
  expect(fromUtf8(written.reveal())).toBe(textOf(LINES.slice(0, -1)));
  using read = readDocument(written);
  expect(read.custodianSeed).toBeUndefined();
});

test.for([
  { what: "a record alone", text: RECORD, pinned: false },
  { what: "a record alone, as on paper", text: `${RECORD.toUpperCase().replace(/.{4}/g, "$& ")}\n`, pinned: false },
  { what: "a sentence and a record", text: textOf(LINES.slice(0, 2)), pinned: false },
  { what: "no sentence", text: textOf(LINES.slice(1)), pinned: true },
  { what: "CR LF", text: TEXT.replaceAll("\n", "\r\n"), pinned: true },
  { what: "no line feed at the end", text: TEXT.slice(0, -1), pinned: true },
  { what: "CR LF and nothing at the end", text: TEXT.slice(0, -1).replaceAll("\n", "\r\n"), pinned: true },
])("$what is accepted", ({ text, pinned }) => {
  using read = readDocument(utf8(text));
  expect(read.record.share.x).toBe(1);
  expect(read.pin).toEqual(pinned ? PIN : undefined);
});

const recordWanted = "wanted a record, which starts with cvs1 (cvr1 for rehearsals)";
const uuidWanted = "a UUID in lower case";
const hexWanted = "64 lower-case hexadecimal digits";

test.for([
  { what: "no text", text: "", message: "line 1: the text is empty" },
  { what: "a sentence alone", text: SENTENCE, message: `line 1: ${recordWanted}` },
  { what: "two sentences", text: textOf([SENTENCE, ...LINES]), message: `line 2: ${recordWanted}` },
  { what: "no record", text: replaced(2), message: `line 2: ${recordWanted}` },
  { what: "an empty first line", text: `\n${TEXT}`, message: "line 1: wanted a line that isn't empty" },
  { what: "an empty line", text: replaced(3, "", LINES[2]), message: "line 3: wanted a line that isn't empty" },
  { what: "an empty line at the end", text: `${TEXT}\n`, message: "line 9: wanted a line that isn't empty" },
  { what: "a doubled record", text: replaced(2, RECORD, RECORD), message: `line 3: wanted 'vault' and ${uuidWanted}` },
  {
    what: "a doubled line",
    text: replaced(4, LINES[3], LINES[3]),
    message: `line 5: wanted 'epoch' and ${uuidWanted}`,
  },
  {
    what: "lines exchanged",
    text: replaced(3, LINES[3], LINES[2]),
    message: `line 3: wanted 'vault' and ${uuidWanted}`,
  },
  {
    what: "a pin of four lines",
    text: textOf(LINES.slice(0, 6)),
    message: `line 7: wanted 'manifest' and ${hexWanted}`,
  },
  { what: "a pin that lacks the vault", text: replaced(3), message: `line 3: wanted 'vault' and ${uuidWanted}` },
  {
    what: "a key without a pin",
    text: textOf([RECORD, LINES[7]]),
    message: `line 2: wanted 'vault' and ${uuidWanted}`,
  },
  {
    what: "an unknown line",
    text: replaced(8, "colour blue"),
    message: `line 8: wanted 'custodian-key' and ${hexWanted}`,
  },
  { what: "a further line", text: textOf([...LINES, "note x"]), message: "line 9: wanted no further line" },
  { what: "a second key", text: textOf([...LINES, LINES[7]]), message: "line 9: wanted no further line" },
  {
    what: "an upper-case UUID",
    text: replaced(3, `vault ${PIN.vault.toUpperCase()}`),
    message: `line 3: wanted 'vault' and ${uuidWanted}`,
  },
  {
    what: "an upper-case keyword",
    text: replaced(4, LINES[3].toUpperCase()),
    message: `line 4: wanted 'genesis' and ${hexWanted}`,
  },
  {
    what: "a short digest",
    text: replaced(4, LINES[3].slice(0, -1)),
    message: `line 4: wanted 'genesis' and ${hexWanted}`,
  },
  { what: "a space at the end", text: replaced(6, `${LINES[5]} `), message: `line 6: wanted 'host' and ${hexWanted}` },
  {
    what: "two spaces",
    text: replaced(6, LINES[5].replace(" ", "  ")),
    message: `line 6: wanted 'host' and ${hexWanted}`,
  },
  {
    what: "a short key",
    text: replaced(8, LINES[7].slice(0, -2)),
    message: `line 8: wanted 'custodian-key' and ${hexWanted}`,
  },
  {
    what: "an upper-case key",
    text: replaced(8, `custodian-key ${SEED.toUpperCase()}`),
    message: `line 8: wanted 'custodian-key' and ${hexWanted}`,
  },
  {
    what: "another vault than the record's",
    text: replaced(3, "vault 6b6e2a52-2c3e-4c18-9f0a-3d1f0c5b7e21"),
    message: "line 3: the vault is another than the record's",
  },
  { what: "a tab", text: replaced(1, "a\tb"), message: "line 1: byte 2 isn't printable ASCII" },
  { what: "a lone CR", text: replaced(3, "vault\rx"), message: "line 3: byte 6 isn't printable ASCII" },
  { what: "a NUL", text: replaced(6, "host \0"), message: "line 6: byte 6 isn't printable ASCII" },
  { what: "a byte order mark", text: `\ufeff${TEXT}`, message: "line 1: byte 1 isn't printable ASCII" },
  { what: "a terminal escape (I4)", text: replaced(1, "\u001b[2J"), message: "line 1: byte 1 isn't printable ASCII" },
  {
    what: "a record of x = 0's prefix typo",
    text: replaced(2, `cvs1${RECORD.slice(4, -1)}`),
    message: "line 2: 86 characters, a record has 87",
  },
  {
    what: "a text that is too long",
    text: "a".repeat(LIMITS.shareFileBytes + 1),
    message: `line 1: the text has ${LIMITS.shareFileBytes + 1} bytes, wanted at most ${LIMITS.shareFileBytes}`,
  },
  { what: "a text at the limit", text: "a".repeat(LIMITS.shareFileBytes), message: `line 1: ${recordWanted}` },
])("$what is refused", ({ text, message }) => {
  expect(refusalOf(text)).toEqual({ code: "SHARE_MALFORMED", message });
});

test("S4: a text that isn't UTF-8 is refused", () => {
  expect(refusalOf(Uint8Array.of(0x63, 0xff, 0xfe))).toEqual({
    code: "SHARE_MALFORMED",
    message: "line 1: byte 2 isn't printable ASCII",
  });
});

test("a typo in the record is said with its line and place", () => {
  expect(refusalOf(replaced(2, `${RECORD.slice(0, -1)}q`))).toEqual({
    code: "SHARE_DAMAGED",
    message: "line 2: a typo: the checksum does not match; if one character is wrong, it is character 87 (group 22)",
  });
});

test("S1: every bit of the text flipped is refused, or changes nothing but what a person reads", () => {
  const text = utf8(TEXT);
  const share = plainShare(1).bytes.reveal();
  for (let bit = 0; bit < 8 * text.length; bit++) {
    const flipped = text.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    const outcome = refusalOf(flipped);
    if (outcome === "accepted") {
      using read = readDocument(flipped);
      expect(read.record.share.bytes.reveal()).toEqual(share);
    } else {
      expect(outcome.code).toMatch(/^SHARE_(MALFORMED|DAMAGED)$/);
    }
  }
});

test("no refusal quotes the record or the key", () => {
  for (const text of [replaced(2, `${RECORD.slice(0, -1)}q`), replaced(8, LINES[7].slice(0, -1)), replaced(2, SEED)]) {
    try {
      readDocument(utf8(text));
      expect.unreachable();
    } catch (error) {
      const told = inspect(error, { depth: 10 });
      expect(told).not.toContain(RECORD.slice(4, 20));
      expect(told).not.toContain(SEED.slice(0, 16));
    }
  }
});

test("share and seed are zeroed when the document ends", () => {
  let kept: Uint8Array[] = [];
  {
    using read = readDocument(utf8(TEXT));
    kept = [read.record.share.bytes.reveal(), read.custodianSeed?.reveal() ?? new Uint8Array([1])];
  }
  for (const bytes of kept) expect(bytes.every((byte) => byte === 0)).toBe(true);
});

test("printing a document shows no secret", () => {
  using read = readDocument(utf8(TEXT));
  expect(inspect(read, { depth: 10 })).not.toMatch(/404142|Uint8Array/);
});

test.for([
  { part: "empty sentence", change: { sentence: "" } },
  { part: "sentence of 257 characters", change: { sentence: "a".repeat(257) } },
  { part: "sentence of two lines", change: { sentence: "a\nb" } },
  { part: "sentence that isn't ASCII", change: { sentence: "é" } },
  { part: "sentence that looks like a record", change: { sentence: "CVS1 is not a sentence" } },
  { part: "pin's malformed vault", change: { pin: { ...PIN, vault: "6b6e2a52" } } },
  { part: "pin's malformed host", change: { pin: { ...PIN, host: PIN.host.toUpperCase() } } },
  { part: "pin of another vault", change: { pin: { ...PIN, vault: PIN.epoch } } },
  { part: "seed of 31 bytes", change: { custodianSeed: new Secret(new Uint8Array(31)) } },
])("$part is a bug of the caller", ({ change }) => {
  expect(() => writeDocument({ sentence: SENTENCE, record: record(), pin: PIN, ...change })).toThrow(RangeError);
});

test("a sentence of 256 characters is written", () => {
  using written = writeDocument({ sentence: "a".repeat(256), record: record(), pin: PIN });
  using read = readDocument(written);
  expect(read.pin).toEqual(PIN);
});
