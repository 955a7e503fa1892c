import { bech32m } from "@scure/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { checksumHolds, encodeBech32m, mistypedAt, payloadOf, wordOf } from "../../../src/lib/share/bech32m.ts";

const prefixes = fc.stringMatching(/^[a-z]{1,10}$/);
const payloads = fc.uint8Array({ maxLength: 45 });

function wordsOf(data: string): Uint8Array {
  return utf8(data).map(wordOf);
}

test.for([
  { prefix: "a", data: "lqfn3a" },
  { prefix: "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber1", data: "sg7hg6" },
  { prefix: "abcdef", data: "l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx" },
  { prefix: "1", data: `${"l".repeat(83)}udsr8` },
  { prefix: "split", data: "checkupstagehandshakeupstreamerranterredcaperredlc445v" },
  { prefix: "?", data: "v759aa" },
])("the checksum of $prefix (BIP-350, valid)", ({ prefix, data }) => {
  expect(checksumHolds(prefix, wordsOf(data))).toBe(true);
});

test.for([
  { prefix: "a", data: "2uel5l", why: "bech32 of BIP-173" },
  { prefix: "m", data: "vuxwez", why: "checksum of the upper-case prefix" },
  { prefix: "a", data: "lqfn3q", why: "last character" },
  { prefix: "b", data: "lqfn3a", why: "another prefix" },
])("the checksum of $data, of $prefix, is refused: $why", ({ prefix, data }) => {
  expect(checksumHolds(prefix, wordsOf(data))).toBe(false);
});

test("an encoding is that of @scure/base", () => {
  fc.assert(
    fc.property(prefixes, payloads, (prefix, payload) => {
      expect(fromUtf8(encodeBech32m(prefix, payload))).toBe(bech32m.encode(prefix, bech32m.toWords(payload), false));
    }),
  );
});

test("what is encoded decodes", () => {
  fc.assert(
    fc.property(prefixes, payloads, (prefix, payload) => {
      const words = wordsOf(fromUtf8(encodeBech32m(prefix, payload)).slice(prefix.length + 1));
      expect(checksumHolds(prefix, words)).toBe(true);
      expect(payloadOf(words)).toEqual(payload);
    }),
  );
});

test("any words decode, or are refused for their last bits, as by @scure/base", () => {
  const anyWords = fc.array(fc.integer({ min: 0, max: 31 }), { maxLength: 77 });
  fc.assert(
    fc.property(anyWords, (words) => {
      const expected = bech32m.fromWordsUnsafe(words);
      expect(payloadOf(Uint8Array.of(...words, 0, 0, 0, 0, 0, 0)) ?? undefined).toEqual(expected ?? undefined);
    }),
  );
});

test("a single wrong character is located, and the words are left as they were", () => {
  const position = fc.nat(82);
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 48, maxLength: 48 }),
      position,
      fc.integer({ min: 1, max: 31 }),
      (payload, at, change) => {
        const words = wordsOf(fromUtf8(encodeBech32m("cvs", payload)).slice(4));
        words[at] = (words[at] ?? 0) ^ change;
        const before = words.slice();
        expect(checksumHolds("cvs", words)).toBe(false);
        expect(mistypedAt("cvs", words)).toBe(at);
        expect(words).toEqual(before);
      },
    ),
    { numRuns: 30 },
  );
});

test("two wrong characters are not said to be one", () => {
  const two = fc.uniqueArray(fc.nat(82), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), two, (payload, places) => {
      const words = wordsOf(fromUtf8(encodeBech32m("cvs", payload)).slice(4));
      for (const at of places) words[at] = (words[at] ?? 0) ^ 1;
      expect(mistypedAt("cvs", words)).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test.for(["1", "b", "i", "o", "B", "Q", " ", "\0"])("'%s' isn't of the alphabet", (character) => {
  expect(wordOf(character.charCodeAt(0))).toBe(-1);
});
