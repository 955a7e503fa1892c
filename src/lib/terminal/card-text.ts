import type { Secret } from "../secret.ts";
import { recordQr } from "../share/record-qr.ts";
import { fields } from "./fields.ts";
import { fold } from "./fold.ts";
import { cardAdvice, joinSecret, type ShareCard } from "./share-card.ts";

/** Columns of a card: a sheet at 12 characters an inch has them. */
const WIDTH = 78;
const WORDS_A_LINE = 4;
const LONGEST_WORD = 8;
/** Black on white, whatever the colours of the screen are. */
const [INK, PLAIN] = ["\u001b[38;2;0;0;0;48;2;255;255;255m", "\u001b[0m"];

/**
 * A share's card as text, for a screen or for paper.
 *
 * @param on a screen has colours of its own, so that the code is coloured there; on paper it is not
 * @returns UTF-8 (ASCII but for the code), the caller's to dispose of
 */
export function cardText(card: ShareCard, on: "screen" | "paper"): Secret {
  const title = `CONCLAVE SHARE OF ${card.custodian}`;
  const mark = card.record.rehearsal ? "REHEARSAL" : "SECRET";
  const advice = cardAdvice(card).map(([heading, text]) => `${heading.toUpperCase()}\n${fold(text, WIDTH)}\n`);
  return joinSecret([
    `${title}${mark.padStart(WIDTH - title.length)}\n${"=".repeat(WIDTH)}\n`,
    card.sentence === undefined ? "" : `${fold(card.sentence, WIDTH)}\n`,
    `\n${fields(card.facts)}\n`,
    "\nRECORD (five groups a line, 22 in all)\n\n",
    ...card.lines.flatMap((line) => ["    ", line, "\n"]),
    "\nWORDS (from left to right)\n\n",
    ...card.words.flatMap((word, i) => wordParts(word, i)),
    `\n${codeText(recordQr(card.text), on)}\n`,
    `\n${advice.join("\n")}`,
  ]);
}

function wordParts(word: Secret, i: number): (string | Secret)[] {
  const last = i % WORDS_A_LINE === WORDS_A_LINE - 1;
  const gap = last ? "\n" : " ".repeat(LONGEST_WORD - word.length + 4);
  return [`${i % WORDS_A_LINE === 0 ? "    " : ""}${String(i + 1).padStart(2)} `, word, gap];
}

/** Two rows of modules a line; a character is twice as high as wide. */
export function codeText(code: readonly (readonly boolean[])[], on: "screen" | "paper"): string {
  const lines: string[] = [];
  for (let y = 0; y < code.length; y += 2) {
    const [upper = [], lower = []] = [code[y], code[y + 1]];
    const line = upper.map((dark, x) => block(dark, lower[x] === true)).join("");
    lines.push(on === "screen" ? `${INK}${line}${PLAIN}` : line.trimEnd());
  }
  return lines.join("\n");
}

function block(upper: boolean, lower: boolean): string {
  if (upper) return lower ? "█" : "▀";
  return lower ? "▄" : " ";
}
