import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { Secret } from "../../../src/lib/secret.ts";
import { readDocument } from "../../../src/lib/share/document.ts";
import { findPaper } from "../../../src/lib/share/paper.ts";
import { decodeRecord, encodeRecord } from "../../../src/lib/share/record.ts";
import { encodeWords } from "../../../src/lib/share/record-words.ts";
import { openly, records } from "../../support/records.ts";
import { refusalOf } from "../../support/refusal.ts";
import { shareText } from "../../support/share-text.ts";

const RECORD = "cvs1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qz3geehy";
const GROUPS: readonly string[] = RECORD.toUpperCase().match(/.{1,4}/g) ?? [];
const WORDS = fromUtf8(encodeWords(decodeRecord(utf8(RECORD))).reveal());
const DOCUMENT = fromUtf8(shareText({ custodianSeed: 5 }).reveal());

/** The lines of a card. */
function card(groups: readonly string[] = GROUPS): string {
  const lines = groups.flatMap((_, i) => (i % 5 === 0 ? [`    ${groups.slice(i, i + 5).join(" ")}`] : []));
  return `A SHARE\n\nRECORD\n\n${lines.join("\n")}\n\nWORDS\n\n ${WORDS}\n\n█▀▀ anything\n`;
}

function formOf(text: string) {
  const paper = findPaper(utf8(text));
  return paper && { form: paper.form, text: fromUtf8(paper.text.reveal()) };
}

describe("finds", () => {
  test.for([
    { what: "a record alone", text: RECORD },
    { what: "with a line feed", text: `${RECORD}\n` },
    { what: "as it stands on paper", text: GROUPS.join(" ") },
    { what: "group by group", text: GROUPS.join("\r\n") },
    { what: "with tabs and dashes", text: GROUPS.join("-\t") },
    { what: "from a QR code", text: RECORD.toUpperCase() },
    { what: "after other lines", text: `alice, in the safe\n\n  ${RECORD}\n\nsince 2026` },
    { what: "before other lines, with nothing between", text: `${RECORD}\nsince 2026` },
    { what: "on a card", text: card() },
    { what: "in HTML", text: `<p>x</p>\n<pre>\n${GROUPS.join(" ")}\n</pre>\n<p>y</p>` },
  ])("$what", ({ text }) => {
    expect(formOf(text)).toEqual({ form: "record", text: `${RECORD}\n` });
  });

  test.for([
    { what: "words", text: WORDS },
    {
      what: "a word a line, with numbers",
      text: WORDS.split(" ")
        .map((word, i) => `${i + 1}. ${word}\n`)
        .join(""),
    },
  ])("$what", ({ text }) => {
    expect(formOf(text)).toEqual({ form: "words", text: `${RECORD}\n` });
  });

  test("the text of a share file, all of it", () => {
    expect(formOf(DOCUMENT)).toEqual({ form: "document", text: DOCUMENT });
    const [, ...withoutSentence] = DOCUMENT.split("\n");
    expect(formOf(withoutSentence.join("\r\n"))?.form).toBe("document");
  });

  test("every record and its words, and gives what a sealed file would hold", () => {
    fc.assert(
      fc.property(records, (record) => {
        for (const text of [encodeRecord(record), encodeWords(record)]) {
          using found = findPaper(text.reveal())?.text ?? new Secret(new Uint8Array(1));
          using document = readDocument(found);
          expect(openly(document.record)).toEqual(openly(record));
          expect(document.pin).toBeUndefined();
        }
      }),
    );
  });
});

test.for([
  { what: "a letter", text: "Dear Alice,\n" },
  { what: "nothing", text: "" },
  { what: "an age file", text: "age-encryption.org/v1\n-> X25519 x\n" },
  { what: "bytes", text: "\u0000\u0001\u0002" },
  { what: "a record in the middle of a line", text: `record: ${RECORD}` },
])("finds nothing in $what", ({ text }) => {
  expect(findPaper(utf8(text))).toBeUndefined();
});

describe("locates what is wrong", () => {
  test.for([
    {
      what: "a typo on a card",
      text: card(GROUPS.with(6, `${GROUPS[6]?.slice(0, 3)}P`)),
      says: "record from line 5 on: a typo: the checksum does not match; if one character is wrong, it is character 28 (group 7)",
    },
    {
      what: "a character that can't be",
      text: card(GROUPS.with(6, "QYbQ".toUpperCase())),
      says: "record from line 5 on: character 27 (group 7) is 'B', which a record never has",
    },
    {
      what: "a group that is missing",
      text: card(GROUPS.toSpliced(6, 1)),
      says: "record from line 5 on: 83 characters, a record has 87",
    },
    {
      what: "l in place of 1",
      text: `x\n\n${RECORD.replace("1", "l")}`,
      says: "record from line 3 on: not a share record: one starts with cvs1 (cvr1 for rehearsals)",
    },
    {
      what: "more characters than there are",
      text: `${RECORD}qq`,
      says: "record from line 1 on: 89 characters, a record has 87",
    },
    {
      what: "two shares in one file",
      text: `${RECORD}\n\n${RECORD}`,
      says: "records on line 1 and on line 3, wanted one",
    },
    {
      what: "a word",
      text: WORDS.replace("melody", "melodi"),
      says: /^word 3 is not in the list; the nearest are melody(?:, \w+)*$/,
    },
    { what: "words with a heading", text: `Here they are ${WORDS}`, says: /^word 1 is not in the list/ },
  ])("$what", async ({ text, says }) => {
    const refusal = await refusalOf(() => findPaper(utf8(text)));
    const told = refusal === "accepted" ? refusal : refusal.message;
    if (typeof says === "string") expect(told).toBe(says);
    else expect(told).toMatch(says);
  });

  test("one wrong character, wherever it is", () => {
    const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 86 }), fc.constantFrom(...Array.from(alphabet)), (at, character) => {
        fc.pre(RECORD[at] !== character);
        const wrong = RECORD.slice(0, at) + character + RECORD.slice(at + 1);
        expect(() => findPaper(utf8(wrong))).toThrow(`it is character ${at + 1} (group ${Math.floor(at / 4) + 1})`);
      }),
    );
  });
});

test("no text makes it throw anything but a refusal", async () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(RECORD, "cvs1", "CVR1 Q94K", WORDS, "\n", "vault ", DOCUMENT, "12."),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      expect(await refusalOf(() => findPaper(utf8(pieces.join(" "))))).toBeDefined();
    }),
  );
});

test("what is found is a copy of its own", () => {
  const content = utf8(DOCUMENT);
  const paper = findPaper(content);
  content.fill(0);
  expect(fromUtf8(paper?.text.reveal() ?? content)).toBe(DOCUMENT);
});
