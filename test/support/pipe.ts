import { execFileSync } from "node:child_process";

/** Make a pipe with a name, which nobody writes: who opens it without care waits for ever. */
export function makePipe(path: string): void {
  execFileSync("sh", ["-c", 'mkfifo -m 600 "$0"', path]);
}
