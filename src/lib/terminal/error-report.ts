import { constants } from "node:os";
import { chalkStderr } from "chalk";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { CLEAR_LINE } from "./clear-screen.ts";
import { show } from "./escape.ts";
import { EXIT_STATUS, INTERNAL_STATUS } from "./exit-status.ts";
import { ReaderGoneError, writeMessage } from "./output.ts";

/** What `--json` prints of an error. */
export interface ErrorDocument {
  error: { code: string; message: string; suggestions: readonly string[]; status: number };
}

/** Longest error message or suggestion that is shown in full, in characters. */
const MESSAGE_WIDTH = 600;

/**
 * `error` as a person or a program is told of it: by code, message and suggestions if a person can act on it, else by
 * its name alone. Causes, stacks and the command line are never part of it.
 */
export function describeError(error: unknown): ErrorDocument {
  if (error instanceof ConclaveError) {
    const { code, message, suggestions } = error;
    return { error: { code, message, suggestions, status: EXIT_STATUS[code] } };
  }
  const system = systemErrorCode(error);
  if (system !== undefined && system in constants.errno) {
    return describeError(
      new ConclaveError("HOST_IO", `the host refused what was needed (${system})`, {
        suggestions: ["Look at the limits of the account (ulimit -a), free memory and disk"],
      }),
    );
  }
  const name = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : "unknown";
  return {
    error: {
      code: "INTERNAL",
      message: `internal error (${name})`,
      suggestions: ["Report it with the command, without its values"],
      status: INTERNAL_STATUS,
    },
  };
}

/**
 * Write `error` to standard error: one line, then one for each suggestion.
 * @returns its exit status
 */
export function reportError(error: unknown): number {
  const { message, suggestions, status } = describeError(error).error;
  if (error instanceof ReaderGoneError) return status;

  const lines = [`${chalkStderr.red("error:")} ${show(message, MESSAGE_WIDTH)}`];
  for (const suggestion of suggestions) lines.push(`  try: ${show(suggestion, MESSAGE_WIDTH)}`);
  if (process.stderr.isTTY) writeMessage(CLEAR_LINE);
  writeMessage(`${lines.join("\n")}\n`);
  return status;
}
