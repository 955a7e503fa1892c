import { ConclaveError } from "../errors.ts";

/** A person said no, or pressed Ctrl-C. */
export class AbortedError extends ConclaveError {
  override readonly name = "AbortedError";

  constructor(cause?: unknown) {
    super("ABORTED", "aborted", { cause });
  }
}

/** An AbortedError in place of what Inquirer throws when a prompt is closed; any other error as it is. */
export function abortedIfClosed(error: unknown): unknown {
  const closed = error instanceof Error && (error.name === "ExitPromptError" || error.name === "AbortPromptError");
  return closed ? new AbortedError(error) : error;
}
