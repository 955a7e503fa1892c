import { UNSAFE } from "../unsafe-text.ts";

/** A combining mark with nothing before it to combine with, or the fourth and further ones of a stack. */
const LOOSE_MARK = /^\p{M}|(?<=\p{M}{3})\p{M}|(?<= )\p{M}/gu;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts that are written together with Latin (UTS #39 section 5.2, highly restrictive), and what belongs to each script. */
const BESIDE_LATIN = String.raw`\p{scx=Latin}\p{scx=Common}\p{scx=Inherited}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}`;
/** Letters of another script in a word that has Latin ones, or of Greek and Cyrillic in one: some look the same. */
const MIXED = new RegExp(`(?=.*\\p{sc=Latin})(?=.*[^${BESIDE_LATIN}])|(?=.*\\p{sc=Greek})(?=.*\\p{sc=Cyrillic})`, "u");
const NOT_LATIN = /(?!\p{sc=Latin})\p{L}\p{M}*/gu;

/**
 * Foreign text as it may be shown on one line of a screen: in NFC, unsafe characters as `\u{…}`, also letters that aren't
 * Latin in a word of mixed scripts, and cut after `width` characters with an ellipsis. Whatever a file, a name, another person or a system error brought passes here.
 *
 * @param width in characters of the result, at least 1
 */
export function show(text: string, width = 200): string {
  const head = text.slice(0, 16 * width); // no use in normalising a megabyte that is cut off
  const safe = head
    .normalize("NFC")
    .replace(WORD, (word) => (MIXED.test(word) ? word.replace(NOT_LATIN, escapeAll) : word))
    .replace(LOOSE_MARK, escapeCharacter)
    .replace(UNSAFE, escapeCharacter);
  const characters = Array.from(safe);
  const whole = head.length === text.length && characters.length <= width;
  return whole ? safe : `${characters.slice(0, width - 1).join("")}…`;
}

/** One line of JSON in which unsafe characters (they stand in strings only) are `\uXXXX`. */
export function escapeForJson(line: string): string {
  return line.replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

function escapeAll(text: string): string {
  return Array.from(text, escapeCharacter).join("");
}

function escapeCharacter(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
