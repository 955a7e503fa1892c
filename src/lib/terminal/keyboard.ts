import { readSync } from "node:fs";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { Secret } from "../secret.ts";
import { AbortedError } from "./aborted-error.ts";
import { hideTyping } from "./echo.ts";
import { writeMessage } from "./output.ts";
import { hasTerminal } from "./prompt.ts";

const [CTRL_C, CTRL_D, BACKSPACE, TAB, CTRL_U, ESCAPE, SPACE, DELETE] = [3, 4, 8, 9, 21, 27, 32, 127] as const;
const LINE_ENDS = [10, 13];
const BELL = "\u0007";
/** Longest line that is taken, in bytes. */
const LONGEST_LINE = 512;
/** Milliseconds between two looks at a keyboard on which nothing is typed. */
const PAUSE = 10;

/**
 * A terminal's keyboard, for secrets that stay bytes, which are zeroed. What is typed shows, unless it is to be hidden.
 * Only backspace and Ctrl-U correct. While it is owned, nothing else may read the terminal.
 */
export class Keyboard implements Disposable {
  /** Typed, but not taken yet. */
  readonly #ahead = new Uint8Array(LONGEST_LINE);
  #next = 0;
  #end = 0;

  /** @throws {ConclaveError} USAGE: no terminal */
  constructor(flag: string) {
    if (!hasTerminal()) throw new ConclaveError("USAGE", `no terminal to ask on: ${flag} is needed`);
    hideTyping();
    process.stdin.setRawMode(true);
  }

  /**
   * A line of printable ASCII, without its end.
   *
   * @param question stands before what is typed
   * @param hidden whether asterisks show instead of it
   * @returns the caller's to dispose of
   * @throws {ConclaveError} ABORTED: Ctrl-C, Ctrl-D, or the terminal is gone
   */
  line(question: string, hidden = false): Secret {
    writeMessage(question);
    using typed = new Secret(new Uint8Array(LONGEST_LINE));
    let length = 0;
    for (;;) {
      const key = this.#key();
      if (LINE_ENDS.includes(key)) break;
      if (key === CTRL_C || key === CTRL_D) throw new AbortedError();
      if (key === BACKSPACE || key === DELETE) length = this.#erase(length, 1);
      else if (key === CTRL_U) length = this.#erase(length, length);
      else if (key === ESCAPE) this.#skipSequence();
      else if ((key >= SPACE || key === TAB) && key < DELETE && length < LONGEST_LINE) {
        typed.reveal()[length++] = key === TAB ? SPACE : key;
        writeMessage(hidden ? "*" : String.fromCharCode(key === TAB ? SPACE : key));
      } else writeMessage(BELL);
    }
    writeMessage("\n");
    return typed.slice(0, length);
  }

  [Symbol.dispose](): void {
    this.#ahead.fill(0);
    process.stdin.setRawMode(false);
  }

  #erase(length: number, count: number): number {
    const erased = Math.min(length, count);
    writeMessage("\b \b".repeat(erased));
    return length - erased;
  }

  /** An arrow, or whatever a key sends as ESC [ … letter. */
  #skipSequence(): void {
    if (this.#key() !== 0x5b) return;
    for (let key = this.#key(); key < 0x40 || key > 0x7e; ) key = this.#key();
  }

  #key(): number {
    while (this.#next === this.#end) this.#read();
    const key = this.#ahead[this.#next] ?? 0;
    this.#ahead[this.#next++] = 0;
    return key;
  }

  #read(): void {
    try {
      this.#next = 0;
      this.#end = readSync(0, this.#ahead);
      if (this.#end === 0) throw new AbortedError();
    } catch (error) {
      this.#end = 0;
      if (systemErrorCode(error) !== "EAGAIN") throw systemErrorCode(error) === "EIO" ? new AbortedError(error) : error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
    }
  }
}
