import { concat } from "../bytes.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { decodeRecord, problemOfCharacter, RECORD_CHARACTERS, type ShareRecord } from "../share/record.ts";
import { decodeWords, problemOfWord, RECORD_WORDS, tokensOf } from "../share/record-words.ts";
import { CLEAR_SCREEN } from "./clear-screen.ts";
import { reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import { Keyboard } from "./keyboard.ts";
import { writeMessage } from "./output.ts";

/** What of a share can be typed. */
export type TypedForm = "record" | "words";

const GROUP = 4;
const SPACE = 0x20;
const DASH = 0x2d;

/** What stands on paper one after the other, counted from 1, and what is wrong with one of them. */
interface Parts {
  part: string;
  count: number;
  what: string;
  /** The parts of a typed line; views of it. @throws ConclaveError with the first that can't be one */
  split: (line: Uint8Array, from: number) => Generator<Uint8Array>;
  /** All parts, as they are read in the end. @throws ConclaveError SHARE_MALFORMED, SHARE_DAMAGED */
  decode: (text: Uint8Array) => ShareRecord;
}

const GROUPS = Math.ceil(RECORD_CHARACTERS / GROUP);

const FORMS: Record<TypedForm, Parts> = {
  record: {
    part: "group",
    count: GROUPS,
    what: `the record of your share, ${GROUPS} groups that begin with CVS1`,
    split: groupsOf,
    decode: decodeRecord,
  },
  words: {
    part: "word",
    count: RECORD_WORDS,
    what: `the ${RECORD_WORDS} words of your share; the first four letters of each are enough`,
    split: wordsOf,
    decode: decodeWords,
  },
};

function* groupsOf(line: Uint8Array, from: number): Generator<Uint8Array> {
  let number = from;
  for (const token of tokensOf(line.map((byte) => (byte === DASH ? SPACE : byte)))) {
    for (let start = 0; start < token.length; number++) {
      const wanted = Math.min(GROUP, Math.max(1, RECORD_CHARACTERS - GROUP * (number - 1)));
      const group = token.subarray(start, start + wanted);
      assertGroup(group, number, wanted);
      yield group;
      start += wanted;
    }
  }
}

function* wordsOf(line: Uint8Array, from: number): Generator<Uint8Array> {
  for (const [i, word] of tokensOf(line).entries()) {
    const problem = problemOfWord(word, from + i);
    if (problem !== undefined) throw mistyped(problem);
    yield word;
  }
}

/**
 * Ask a custodian to type a share from paper. It shows, so others are asked to look away; the screen is cleared at the
 * end. Each group or word is checked when it is typed, and all of them together at the end.
 *
 * @returns the record or the words as a text, good in itself; the caller's to dispose of
 * @throws {ConclaveError} USAGE: no terminal; ABORTED; SHARE_DAMAGED: given up although it isn't right yet
 */
export function askTypedShare(name: string, form: TypedForm, flag: string): Secret {
  using keyboard = new Keyboard(flag);
  try {
    const { what, part, count } = FORMS[form];
    writeMessage(
      `${show(name)}: type ${what}.\nIt will show. Everybody else looks away, and no camera sees the screen.\n` +
        `Type one ${part} or several a line. Case doesn't matter. Ctrl-C stops.\n`,
    );
    keyboard.line("Enter, when nobody else sees the screen: ")[Symbol.dispose]();
    using typed = new TypedParts(FORMS[form]);
    while (typed.length < count) takeLine(keyboard, typed);
    return checked(keyboard, typed);
  } finally {
    writeMessage(CLEAR_SCREEN);
  }
}

/** The groups or words typed so far. Owns them. */
class TypedParts implements Disposable {
  readonly form: Parts;
  readonly #parts: Secret[] = [];

  constructor(form: Parts) {
    this.form = form;
  }

  get length(): number {
    return this.#parts.length;
  }

  /** @param number from 1: of one that is replaced, or the next one */
  set(number: number, part: Uint8Array): void {
    this.#parts[number - 1]?.[Symbol.dispose]();
    this.#parts[number - 1] = new Secret(part.map(lower)); // one group in capitals, the next one not
  }

  /** The caller's to dispose of. */
  text(): Secret {
    return new Secret(concat(...this.#parts.flatMap((part) => [part.reveal(), Uint8Array.of(SPACE)])));
  }

  [Symbol.dispose](): void {
    for (const part of this.#parts) part[Symbol.dispose]();
  }
}

/** What is right at the beginning of a line is kept. */
function takeLine(keyboard: Keyboard, typed: TypedParts): void {
  const { part, count, split } = typed.form;
  using line = keyboard.line(`${part} ${typed.length + 1} of ${count}: `);
  try {
    for (const next of split(line.reveal(), typed.length + 1)) {
      if (typed.length === count) throw mistyped(`more than ${count} ${part}s: the rest of the line is left out`);
      typed.set(typed.length + 1, next);
    }
  } catch (error) {
    tell(error);
  }
}

function checked(keyboard: Keyboard, typed: TypedParts): Secret {
  for (;;) {
    const text = typed.text();
    try {
      typed.form.decode(text.reveal()).share[Symbol.dispose]();
      return text;
    } catch (error) {
      text[Symbol.dispose]();
      tell(error);
      correct(keyboard, typed, error);
    }
  }
}

function correct(keyboard: Keyboard, typed: TypedParts, problem: unknown): void {
  const { part, count, split } = typed.form;
  using answer = keyboard.line(`Number of the ${part} to type again, or Enter alone to give up: `);
  if (answer.length === 0) throw problem;
  const number = Number(new TextDecoder("latin1").decode(answer.reveal()));
  if (!Number.isInteger(number) || number < 1 || number > count) return;
  using line = keyboard.line(`${part} ${number} of ${count}: `);
  try {
    const [again] = split(line.reveal(), number);
    if (again !== undefined) typed.set(number, again);
  } catch (error) {
    tell(error);
  }
}

function assertGroup(group: Uint8Array, number: number, wanted: number): void {
  for (const [i, byte] of group.entries()) {
    const problem = problemOfCharacter(GROUP * (number - 1) + i, lower(byte));
    if (problem !== undefined) throw mistyped(problem);
  }
  if (group.length < wanted) throw mistyped(`group ${number} has ${group.length} characters, wanted ${wanted}`);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function tell(error: unknown): void {
  if (!isConclaveError(error, "SHARE_MALFORMED", "SHARE_DAMAGED")) throw error;
  reportError(error);
}

function mistyped(message: string): ConclaveError {
  return new ConclaveError("SHARE_MALFORMED", message, { suggestions: ["Go on from there"] });
}
