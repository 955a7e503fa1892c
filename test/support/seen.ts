import { scrub } from "./scrub.ts";

/** What a run of the program showed. Its text is that of a golden file: the command, both outputs, the exit status. */
export class Seen {
  readonly args: readonly string[];
  /** Exit status; 128 and the signal's number where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly #folder: string;

  constructor(args: readonly string[], status: number, stdout: string, stderr: string, folder: string) {
    this.args = args;
    this.status = status;
    this.stdout = stdout;
    this.stderr = stderr;
    this.#folder = folder;
  }

  /** What `--json` printed; a test's own assertion says what it is. */
  json(): unknown {
    return JSON.parse(this.stdout);
  }

  toString(): string {
    const parts = [`$ conclave ${this.args.join(" ")}\n`];
    if (this.stdout !== "") parts.push(`--- stdout\n${ended(this.stdout)}`);
    if (this.stderr !== "") parts.push(`--- stderr\n${ended(this.stderr)}`);
    parts.push(`--- exit status ${this.status}\n`);
    return scrub(parts.join(""), this.#folder);
  }
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n(no line feed at the end)\n`;
}
