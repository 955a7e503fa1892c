import { readFileSync } from "node:fs";
import { bech32m } from "@scure/base";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, fromUtf8, hex, utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import {
  decodeRecord,
  encodeRecord,
  looksLikeRecord,
  quorumTag,
  type ShareRecord,
  vaultPrefix,
} from "../../../src/lib/share/record.ts";
import { openly, records } from "../../support/records.ts";
import { plainShare } from "../../support/sharing.ts";

/** The record of docs/formats/share-record.md. */
const TEXT = "cvs1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qz3geehy";
const BYTES = "016b6e2a522c3e4c17d94b00010203010003020504070609080b0a0d0c0f0e111013121514171619181b1a1d1c1f1e01";
const ADVICE = ["Enter the record's 87 characters, from cvs1 on"];

function exampleOf(x: number): ShareRecord {
  return {
    rehearsal: false,
    vaultPrefix: vaultPrefix("6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21"),
    quorumTag: quorumTag("d94b1f0e-7a55-4d0c-8a3e-51c2b7f09e64"),
    generation: 1,
    threshold: 2,
    total: 3,
    share: plainShare(x),
  };
}

function refusalOf(text: string | Uint8Array) {
  try {
    decodeRecord(typeof text === "string" ? utf8(text) : text);
  } catch (error) {
    if (error instanceof ConclaveError) return { code: error.code, message: error.message };
    throw error;
  }
  return "accepted";
}

function malformed(message: string) {
  return { code: "SHARE_MALFORMED", message };
}

/** A text whose checksum holds over whatever bytes. */
function textOf(bytes: string, prefix = "cvs"): string {
  return bech32m.encode(prefix, bech32m.toWords(fromHex(bytes)), false);
}

describe("docs/formats/share-record.md", () => {
  const document = readFileSync("docs/formats/share-record.md", "utf8");
  const [first = "", paper = "", rehearsal = "", second = ""] = document.match(/(?<=^ {4})cv[sr]1.*$/gim) ?? [];

  test("a record, with its bytes", () => {
    expect(fromUtf8(encodeRecord(exampleOf(1)).reveal())).toBe(first);
    expect(first).toBe(TEXT);
    expect(document).toContain(`    ${BYTES}\n`);
    expect(hex(bech32m.decodeToBytes(first).bytes)).toBe(BYTES);
  });

  test("the record on paper, in a rehearsal, and of another share", () => {
    expect(openly(decodeRecord(utf8(paper)))).toEqual(openly(exampleOf(1)));
    expect(openly(decodeRecord(utf8(rehearsal)))).toEqual(openly({ ...exampleOf(1), rehearsal: true }));
    expect(openly(decodeRecord(utf8(second)))).toEqual(openly(exampleOf(2)));
  });

  test("the refused ones, each for its reason", () => {
    const refused = document.match(/(?<=^ {4})cvs1\S+(?= {2}\()/gm) ?? [];
    expect(refused.map(refusalOf)).toEqual([
      {
        code: "SHARE_DAMAGED",
        message: "a typo: the checksum does not match; if one character is wrong, it is character 87 (group 22)",
      },
      malformed("character 5 (group 2) is 'b', which a record never has"),
      malformed("86 characters, a record has 87"),
    ]);
  });
});

test("every record is read as it was written, in any of its spellings", () => {
  fc.assert(
    fc.property(records, (record) => {
      const text = fromUtf8(encodeRecord(record).reveal());
      expect(text).toHaveLength(87);
      const printed = text.toUpperCase().replace(/.{4}/g, "$& ");
      for (const spelling of [text, text.toUpperCase(), printed, printed.toLowerCase().replaceAll(" ", "-")]) {
        expect(openly(decodeRecord(utf8(spelling)))).toEqual(openly(record));
      }
    }),
  );
});

test("S1: every record with any bit of its text flipped is refused", () => {
  for (const x of [1, 2, 255]) {
    const text = encodeRecord(exampleOf(x)).reveal();
    for (let bit = 0; bit < 8 * text.length; bit++) {
      const flipped = text.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(refusalOf(flipped), `bit ${bit}`).toMatchObject({ code: /^SHARE_(MALFORMED|DAMAGED)$/ });
    }
  }
});

test("S1: every record with any bit of its 48 bytes flipped and its text intact gives other fields, or is refused", () => {
  for (let bit = 0; bit < 8 * 48; bit++) {
    const bytes = fromHex(BYTES);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const text = textOf(hex(bytes));
    if (refusalOf(text) === "accepted") {
      expect(openly(decodeRecord(utf8(text)))).not.toEqual(openly(exampleOf(1)));
    }
  }
});

test("every single wrong character of the alphabet is refused and located", () => {
  for (let at = 4; at < TEXT.length; at += 7) {
    const wrong = TEXT[at] === "q" ? "p" : "q";
    expect(refusalOf(TEXT.slice(0, at) + wrong + TEXT.slice(at + 1))).toEqual({
      code: "SHARE_DAMAGED",
      message: `a typo: the checksum does not match; if one character is wrong, it is character ${at + 1} (group ${Math.floor(at / 4) + 1})`,
    });
  }
});

test("two neighbours exchanged are refused, and no place is named", () => {
  const [a, b] = [TEXT[40], TEXT[41]];
  expect(refusalOf(`${TEXT.slice(0, 40)}${b}${a}${TEXT.slice(42)}`)).toEqual({
    code: "SHARE_DAMAGED",
    message: "a typo: the checksum does not match",
  });
});

const prefixMessage = "not a share record: one starts with cvs1 (cvr1 for rehearsals)";

test.for([
  { what: "nothing", text: "", message: prefixMessage },
  { what: "spaces alone", text: "    ", message: prefixMessage },
  { what: "another prefix", text: `cvx${TEXT.slice(3)}`, message: prefixMessage },
  { what: "an address", text: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", message: prefixMessage },
  { what: "the prefix alone", text: "cvs1", message: "4 characters, a record has 87" },
  { what: "one character less", text: TEXT.slice(0, -1), message: "86 characters, a record has 87" },
  { what: "one character more", text: `${TEXT}q`, message: "88 characters, a record has 87" },
  {
    what: "a 1 for an l",
    text: `${TEXT.slice(0, 13)}1${TEXT.slice(14)}`,
    message: "character 14 (group 4) is '1', which a record never has",
  },
  {
    what: "a tab",
    text: `${TEXT.slice(0, 20)}\t${TEXT.slice(20)}`,
    message: "character 21 (group 6) is the byte 0x09, which a record never has",
  },
  {
    what: "S4: not ASCII",
    text: `${TEXT.slice(0, 20)}é${TEXT.slice(21)}`,
    message: "character 21 (group 6) is the byte 0xc3, which a record never has",
  },
  {
    what: "an upper-case letter among lower case",
    text: `${TEXT.slice(0, 6)}K${TEXT.slice(7)}`,
    message: "upper and lower case are mixed, at character 7 (group 2)",
  },
  {
    what: "a lower-case letter among upper case",
    text: `${TEXT.slice(0, 6).toUpperCase()}${TEXT.slice(6)}`,
    message: "upper and lower case are mixed, at character 8 (group 2)",
  },
  {
    what: "a mixed prefix",
    text: `cVs${TEXT.slice(3)}`,
    message: "upper and lower case are mixed, at character 2 (group 1)",
  },
  {
    what: "S4: x = 0",
    text: textOf(`${BYTES.slice(0, -2)}00`),
    message: "the record holds the point x = 0, which is no share",
  },
  {
    what: "version 0",
    text: textOf(`00${BYTES.slice(2)}`),
    message: "the record is of version 0, this program reads 1",
  },
  {
    what: "version 2",
    text: textOf(`02${BYTES.slice(2)}`),
    message: "the record is of version 2, this program reads 1",
  },
  {
    what: "S4: M = 1",
    text: textOf(`${BYTES.slice(0, 26)}01${BYTES.slice(28)}`),
    message: "the record says that 1 of 3 shares are needed",
  },
  {
    what: "S4: M above N",
    text: textOf(`${BYTES.slice(0, 26)}04${BYTES.slice(28)}`),
    message: "the record says that 4 of 3 shares are needed",
  },
  {
    what: "S4: N = 0",
    text: textOf(`${BYTES.slice(0, 28)}00${BYTES.slice(30)}`),
    message: "the record says that 2 of 0 shares are needed",
  },
  {
    what: "a last bit that is not 0",
    text: bech32m.encode("cvs", [...bech32m.toWords(fromHex(BYTES)).slice(0, -1), 9], false),
    message: "the record does not end with 0 bits",
  },
])("$what is refused", ({ text, message }) => {
  expect(refusalOf(text)).toEqual(malformed(message));
});

test("S4: a megabyte is refused", () => {
  expect(refusalOf(`cvs1${"q".repeat(1_000_000)}`)).toEqual(malformed("1000004 characters, a record has 87"));
});

test("an error advises, and holds nothing of the record", () => {
  const wrong = `${TEXT.slice(0, -1)}q`;
  try {
    decodeRecord(utf8(wrong));
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ConclaveError)) throw error;
    expect(error.suggestions).toEqual(["Compare the record with what is written, group by group"]);
    expect(error.cause).toBeUndefined();
    expect(`${error.message} ${error.stack}`).not.toContain(wrong.slice(4, 12));
  }
  expect(() => decodeRecord(utf8("cvs1"))).toThrow(expect.objectContaining({ suggestions: ADVICE }));
});

test.for([
  { field: "generation above 65,535", change: { generation: 65_536 } },
  { field: "negative generation", change: { generation: -1 } },
  { field: "generation of 1.5", change: { generation: 1.5 } },
  { field: "threshold of 1", change: { threshold: 1 } },
  { field: "threshold above the total", change: { threshold: 4 } },
  { field: "threshold of 2.5", change: { threshold: 2.5 } },
  { field: "total of 256", change: { total: 256 } },
  { field: "short vault prefix", change: { vaultPrefix: "6b6e2a522c3e4c" } },
  { field: "long quorum tag", change: { quorumTag: "d94b1f" } },
])("$field is a bug of the caller", ({ change }) => {
  expect(() => encodeRecord({ ...exampleOf(1), ...change })).toThrow(
    new RangeError("a field of the share record is outside its range"),
  );
});

test.for([
  { line: TEXT, looks: true },
  { line: "CVS1 Q94K", looks: true },
  { line: "cvr1", looks: true },
  { line: "cvs", looks: false },
  { line: "This is alice's share", looks: false },
  { line: "", looks: false },
])("'$line' looks like a record: $looks", ({ line, looks }) => {
  expect(looksLikeRecord(utf8(line))).toBe(looks);
});
