import { expect, test } from "vitest";
import { areWordsOf, digestWords } from "../../../src/lib/crypto/words.ts";

const REST = "0123456789abcdef0123456789abcdef";

test.for([
  {
    entropy: "00000000000000000000000000000000",
    words: "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
  },
  {
    entropy: "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
    words: "legal winner thank year wave sausage worth useful legal winner thank yellow",
  },
  {
    entropy: "80808080808080808080808080808080",
    words: "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
  },
  {
    entropy: "ffffffffffffffffffffffffffffffff",
    words: "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
  },
  {
    entropy: "9e885d952ad362caeb4efe34a8e91bd2",
    words: "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
  },
])("words of the digest $entropy… (BIP-39, Trezor's vectors)", ({ entropy, words }) => {
  expect(digestWords(entropy + REST)).toBe(words);
});

test.for(["", "00", "0".repeat(63), "0".repeat(65), "0".repeat(128), "G".repeat(64), "A".repeat(64)])(
  "'%s' is no digest",
  (text) => {
    expect(() => digestWords(text)).toThrow(SyntaxError);
  },
);

test("words as people type them are those of their digest, and of no other", () => {
  const [digest, other] = ["0".repeat(64), "1".repeat(64)];
  const words = digestWords(digest);
  for (const typed of [words, ` ${words.toUpperCase()}\n`, words.replaceAll(" ", "  ")])
    expect(areWordsOf(typed, digest)).toBe(true);
  expect(areWordsOf(words, other)).toBe(false);
  expect(areWordsOf(words.split(" ").slice(1).join(" "), digest)).toBe(false);
  expect(areWordsOf("", digest)).toBe(false);
});
