import { writeMessage } from "./output.ts";

const WIDTH = 30;
const CLEAR_LINE = "\r\u001b[2K";

/**
 * A bar on standard error, if that is a terminal, for what takes longer than `patience` milliseconds.
 * @returns to be called with how much is done, and of how much
 */
export function progressBar(title: string, patience: number): (done: number, total: number) => void {
  const start = performance.now();
  let shown = false;
  return (done, total) => {
    if (!process.stderr.isTTY || performance.now() - start < patience) return;
    if (done < total - total / WIDTH) {
      const filled = Math.round((WIDTH * done) / Math.max(1, total));
      writeMessage(`${CLEAR_LINE}${title} [${"#".repeat(filled)}${" ".repeat(WIDTH - filled)}] ${done}/${total}`);
      shown = true;
    } else if (shown) {
      writeMessage(CLEAR_LINE);
      shown = false;
    }
  };
}
