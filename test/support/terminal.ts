import { stripVTControlCharacters } from "node:util";
import { type IPty, spawn } from "@lydell/node-pty";

/** How long `waitFor` waits if not told, in milliseconds: long enough for a busy machine. */
const PATIENCE = 10_000;

/** A program on a real pseudo-terminal of 100 × 30 characters, and the person in front of it. */
export class Terminal implements AsyncDisposable {
  /** Exit status; 128 and the signal's number where a signal ended it. */
  readonly exit: Promise<number>;
  readonly #pty: IPty;
  #raw = "";
  #seen = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(program: readonly [string, ...string[]], options: { cwd: string; env: Record<string, string> }) {
    const [file, ...args] = program;
    const { NO_COLOR: _, ...env } = options.env; // a terminal as people have it
    this.#pty = spawn(file, args, { name: "xterm-256color", cols: 100, rows: 30, cwd: options.cwd, env });
    this.#pty.onData((data) => {
      this.#raw += data;
      this.#wake();
    });
    this.exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#ended = true;
        this.#wake();
        resolve(signal ? 128 + signal : exitCode);
      });
    });
  }

  /**
   * Wait until what was shown since the last `waitFor` has `wanted` in it; the text that matched.
   * @param patience in milliseconds
   */
  async waitFor(wanted: string | RegExp, patience = PATIENCE): Promise<string> {
    const deadline = Date.now() + patience;
    for (;;) {
      const fresh = this.screen().slice(this.#seen);
      const found = typeof wanted === "string" ? literal(fresh, wanted) : wanted.exec(fresh);
      if (found !== null) {
        this.#seen += found.index + found[0].length;
        return found[0];
      }
      if (this.#ended) throw new Error(`ended without ${String(wanted)}:\n${this.screen()}`);
      if (Date.now() > deadline) throw new Error(`no ${String(wanted)} in ${patience} ms:\n${this.screen()}`);
      await this.#change(deadline - Date.now());
    }
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  enter(): void {
    this.type("\r");
  }

  ctrl(letter: "c" | "d" | "t"): void {
    this.type(String.fromCharCode(letter.charCodeAt(0) - 96));
  }

  /** All that was shown so far, without control sequences: what was drawn again stands there again. */
  screen(): string {
    return stripVTControlCharacters(this.#raw).replaceAll("\r\n", "\n");
  }

  /** All that was shown so far, as the terminal got it. */
  raw(): string {
    return this.#raw;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#pty.kill("SIGKILL");
    await this.exit;
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, milliseconds));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function literal(text: string, wanted: string): { 0: string; index: number } | null {
  const index = text.indexOf(wanted);
  return index === -1 ? null : { 0: wanted, index };
}
