import { CLEAR_LINE } from "./clear-screen.ts";
import { writeMessage } from "./output.ts";

const WIDTH = 30;

/**
 * A bar on standard error, if that is a terminal, for what goes on longer than `patience` milliseconds after it first
 * tells of itself; it may begin anew once it has ended.
 *
 * @returns to be called with how much is done, and of how much
 */
export function progressBar(title: string, patience: number): (done: number, total: number) => void {
  let start: number | undefined;
  let shown = false;
  return (done, total) => {
    start ??= performance.now();
    const patient = performance.now() - start < patience;
    const ended = done >= total - total / WIDTH;
    if (ended) start = undefined;
    if (!process.stderr.isTTY || patient) return;
    if (!ended) {
      const filled = Math.round((WIDTH * done) / Math.max(1, total));
      writeMessage(`${CLEAR_LINE}${title} [${"#".repeat(filled)}${" ".repeat(WIDTH - filled)}] ${done}/${total}`);
    } else if (shown) {
      writeMessage(CLEAR_LINE);
    }
    shown = !ended;
  };
}
