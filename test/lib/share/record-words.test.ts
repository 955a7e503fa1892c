import { readFileSync } from "node:fs";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromUtf8, hex, utf8 } from "../../../src/lib/bytes.ts";
import { sha256 } from "../../../src/lib/crypto/digest.ts";
import { isConclaveError } from "../../../src/lib/errors.ts";
import { decodeRecord, type ShareRecord, writePayload } from "../../../src/lib/share/record.ts";
import { decodeWords, encodeWords, looksLikeWords, problemOfWord } from "../../../src/lib/share/record-words.ts";
import { openly, records } from "../../support/records.ts";
import { refusalOf } from "../../support/refusal.ts";

const document = readFileSync("docs/formats/share-record.md", "utf8");
const vectors = document.match(/(?<=^ {4})(?:[a-z]{3,8} ){35}[a-z]{3,8}$/gm) ?? [];
const [WORDS = "", REHEARSAL = "", SECOND = ""] = vectors;
const texts = document.match(/(?<=^ {4})cv[sr]1\S{83}$/gm) ?? [];
const words = WORDS.split(" ");

function wordsOf(record: ShareRecord): string {
  return fromUtf8(encodeWords(record).reveal());
}

function replaced(at: number, word: string): string {
  return words.with(at, word).join(" ");
}

describe("docs/formats/share-record.md", () => {
  test("the words of the records", () => {
    const [first = "", rehearsal = "", second = ""] = texts;
    expect(vectors).toEqual([first, rehearsal, second].map((text) => wordsOf(decodeRecord(utf8(text)))));
    for (const [i, text] of [WORDS, REHEARSAL, SECOND].entries()) {
      expect(openly(decodeWords(utf8(text)))).toEqual(openly(decodeRecord(utf8(texts[i] ?? ""))));
    }
  });

  test("by hand: 384 bits, 12 bits of SHA-256, 11 bits a word", () => {
    const payload = writePayload(decodeRecord(utf8(texts[0] ?? ""))).reveal();
    const bits = Array.from(payload, (byte) => byte.toString(2).padStart(8, "0")).join("");
    const checksum = Number.parseInt(hex(sha256(payload)).slice(0, 3), 16);
    const inWords = (check: number) =>
      `${bits}${check.toString(2).padStart(12, "0")}`
        .match(/.{11}/g)
        ?.map((part) => wordlist[Number.parseInt(part, 2)]);
    expect(inWords(checksum)?.join(" ")).toBe(WORDS);
    expect(inWords(checksum ^ 0xfff)?.join(" ")).toBe(REHEARSAL);
  });

  test("the refused ones, each for its reason", async () => {
    const numbered = words.map((word, i) => `${i + 1} ${word}`).filter((_, i) => i !== 2);
    const refused = [
      replaced(35, "fork"),
      replaced(35, "foxes"),
      words.filter((_, i) => i !== 2).join(" "),
      numbered.join(" "),
    ];
    expect(await Promise.all(refused.map((text) => refusalOf(() => decodeWords(utf8(text)))))).toEqual([
      { code: "SHARE_DAMAGED", message: "a wrong word, or two in each other's place: the checksum does not match" },
      {
        code: "SHARE_MALFORMED",
        message: expect.stringMatching(/^word 36 is not in the list; the nearest are (?:\w+, )*fox\b/),
      },
      { code: "SHARE_MALFORMED", message: "35 words, a record has 36" },
      {
        code: "SHARE_MALFORMED",
        message: "number 4 where word 3 was wanted: a word is missing or twice there",
      },
    ]);
  });

  test("one wrong word is missed as rarely as it says, of all 36 × 2047", { timeout: 30_000 }, () => {
    let taken = 0;
    let ofProduction = 0;
    let tried = 0;
    for (const [at, right] of words.entries()) {
      for (const word of wordlist) {
        if (word === right) continue;
        tried++;
        const rehearsal = rehearsalOf(replaced(at, word));
        if (rehearsal !== undefined) taken++;
        if (rehearsal === false) ofProduction++;
      }
    }
    expect(tried).toBe(36 * 2047);
    expect(taken / tried).toBeLessThanOrEqual(1 / 2048);
    const told = `${taken} of all ${tried.toLocaleString("en-US")} replacements of one word are taken, of which ${ofProduction} as`;
    expect(document.replaceAll("\n", " ")).toContain(told);
  });
});

/** Whether words are of a rehearsal; undefined if they are refused. */
function rehearsalOf(text: string): boolean | undefined {
  try {
    return decodeWords(utf8(text)).rehearsal;
  } catch (error) {
    if (isConclaveError(error, "SHARE_MALFORMED", "SHARE_DAMAGED")) return undefined;
    throw error;
  }
}

test("every record is read from its words, in any of their spellings", () => {
  fc.assert(
    fc.property(records, (record) => {
      const text = wordsOf(record);
      const list = text.split(" ");
      expect(list).toHaveLength(36);
      const spellings = [
        text,
        `\n ${text.toUpperCase()}\r\n`,
        list.map((word) => word.slice(0, 4)).join("\t "),
        list.map((word, i) => `${i + 1}. ${word},`).join("\n"),
        list.map((word, i) => `${i + 1} ${word.slice(0, 4)}`).join("  "),
        list.map((word, i) => `${i + 1}.${word}`).join(" "),
      ];
      for (const spelling of spellings) expect(openly(decodeWords(utf8(spelling)))).toEqual(openly(record));
    }),
  );
});

test("one word changed to one that isn't in the list is located, and never shown", () => {
  const strange = fc.stringMatching(/^[a-z]{3,9}$/).filter((word) => !wordlist.some((known) => known.startsWith(word)));
  fc.assert(
    fc.property(fc.nat(35), strange, (at, word) => {
      const thrown = thrownBy(() => decodeWords(utf8(replaced(at, word))));
      expect(thrown).toMatch(new RegExp(`^word ${at + 1} is not in the list(?:; the nearest are [a-z, ]+)?$`));
      expect(thrown.split(/[ ,]+/)).not.toContain(word);
    }),
  );
});

function thrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isConclaveError(error)) return error.message;
  }
  return "nothing thrown";
}

test("production's words are never a rehearsal's", () => {
  fc.assert(
    fc.property(records, (record) => {
      expect(decodeWords(utf8(wordsOf(record))).rehearsal).toBe(record.rehearsal);
      expect(wordsOf({ ...record, rehearsal: !record.rehearsal })).not.toBe(wordsOf(record));
    }),
  );
});

test("four letters are one word, in all of the list", () => {
  for (const [index, word] of wordlist.entries()) {
    for (const spelling of [word, word.slice(0, 4), word.toUpperCase()]) {
      expect(problemOfWord(utf8(spelling), 1), spelling).toBeUndefined();
    }
    if (word.length > 5) expect(problemOfWord(utf8(word.slice(0, 5)), 1), word).toMatch(/^word 1 is not in the list/);
    const four = wordlist.findIndex((other) => other.slice(0, 4) === word.slice(0, 4));
    expect(four).toBe(index);
  }
});

test.for([
  {
    what: "three letters of a longer word",
    text: replaced(1, "for"),
    says: /^word 2 is not in the list; the nearest are \w+/,
  },
  {
    what: "a word with a letter too many",
    text: replaced(0, "accidents"),
    says: "word 1 is not in the list; the nearest are accident",
  },
  {
    what: "letters beyond ASCII",
    text: replaced(4, "señtence"),
    says: "word 5 is not in the list; the nearest are sentence",
  },
  { what: "a very long word", text: replaced(4, "x".repeat(30_000)), says: "word 5 is not in the list" },
  { what: "37 words", text: `${WORDS} fox`, says: "37 words, a record has 36" },
  { what: "nothing", text: " \n", says: "0 words, a record has 36" },
  {
    what: "a number out of order",
    text: WORDS.replace("melody", "4 melody"),
    says: /^number 4 where word 3 was wanted/,
  },
  { what: "a huge number", text: `99999999 ${WORDS}`, says: /^number 9999 where word 1 was wanted/ },
  {
    what: "two words in each other's place",
    text: WORDS.replace("fork melody", "melody fork"),
    says: /^a wrong word, or two/,
  },
])("says what is wrong: $what", ({ text, says }) => {
  if (typeof says === "string") expect(thrownBy(() => decodeWords(utf8(text)))).toBe(says);
  else expect(thrownBy(() => decodeWords(utf8(text)))).toMatch(says);
});

test.for([
  { what: "another version", at: 0, byte: 2, says: "the record is of version 2, this program reads 1" },
  { what: "M = 1", at: 13, byte: 1, says: "the record says that 1 of 3 shares are needed" },
  { what: "x = 0", at: 47, byte: 0, says: "the record holds the point x = 0, which is no share" },
])("a record that can't be one is refused in words, too: $what", ({ at, byte, says }) => {
  const payload = writePayload(decodeRecord(utf8(texts[0] ?? "")))
    .reveal()
    .with(at, byte);
  const bits = [...payload, ...sha256(payload)].map((each) => each.toString(2).padStart(8, "0")).join("");
  const parts = bits.slice(0, 396).match(/.{11}/g) ?? [];
  const text = parts.map((part) => wordlist[Number.parseInt(part, 2)]).join(" ");
  expect(thrownBy(() => decodeWords(utf8(text)))).toBe(says);
});

test("a BIP-39 mnemonic of another length is no record", () => {
  const mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
  expect(mnemonicToEntropy(mnemonic, wordlist)).toHaveLength(16);
  expect(thrownBy(() => decodeWords(utf8(mnemonic)))).toBe("12 words, a record has 36");
});

test.for([
  { text: WORDS, words: true },
  { text: replaced(3, "zzzz"), words: true },
  { text: "1 fork 2 fox 3 melody", words: true },
  { text: "fork fox", words: false },
  { text: "Dear Alice, I will come at noon, bring the key and the paper with you. Yours, Bob", words: false },
  { text: "", words: false },
  { text: "\u0000\u0001fork", words: false },
])("words or not: $text", ({ text, words: wanted }) => {
  expect(looksLikeWords(utf8(text))).toBe(wanted);
});
