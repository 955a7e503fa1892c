import { spawnSync } from "node:child_process";

/** POSIX's program for what Node.js has no call for; by its path, so that nothing else is run in its place. */
const STTY = "/bin/stty";

/**
 * Let nothing show that is typed between prompts, until the process ends: a passphrase typed too early would stand on
 * the screen. Prompts show themselves what may be seen. Ctrl-C stays what it is. Where there is no stty, all stays as it was.
 */
export function hideTyping(): void {
  if (stty("-a")?.split(/\s+/).includes("-echo") !== false) return; // by an earlier prompt
  const before = stty("-g");
  if (before === undefined || stty("-echo") === undefined) return;
  process.once("exit", () => stty(before));
  for (const signal of ["SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
    process.once(signal, () => {
      stty(before);
      process.kill(process.pid, signal); // nobody listens any more: it ends the process as it would have
    });
  }
}

/** @returns what it printed; undefined: it failed, or there is none */
function stty(argument: string): string | undefined {
  const { status, stdout } = spawnSync(STTY, [argument], { stdio: [0, "pipe", "ignore"], env: {}, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
