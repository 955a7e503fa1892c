/**
 * What a person can act on, by name. Each door (the command line, later KMIP and AWS) maps every
 * code in one total table, so that a new code cannot be forgotten there.
 */
export type ErrorCode =
  | "USAGE"
  | "INPUT_MALFORMED"
  | "NOT_FOUND"
  | "EXISTS"
  | "WAITING_FOR_PEOPLE"
  | "SHARE_MALFORMED"
  | "SHARE_DAMAGED"
  | "SHARE_PASSPHRASE"
  | "SHARE_IDENTITY"
  | "SHARE_OTHER_VAULT"
  | "SHARE_OTHER_QUORUM"
  | "SHARE_OTHER_GENERATION"
  | "SHARE_OTHER_CUSTODIAN"
  | "SHARE_DOUBLED"
  | "SHARE_REHEARSAL"
  | "SHARE_WITHOUT_IDENTITY"
  | "IDENTITY_MALFORMED"
  | "PASSPHRASE_WEAK"
  | "QUORUM_NOT_MET"
  | "PLAN_INVALID"
  | "APPROVAL_INVALID"
  | "REFUSED"
  | "INTEGRITY"
  | "HOST_PREFLIGHT"
  | "HOST_IO"
  | "ABORTED"
  | "NOT_VERIFIED"
  | "BUSY";

export interface ErrorOptions {
  /** What to do about it, each an imperative without a full stop. */
  suggestions?: readonly string[];
  cause?: unknown;
}

/**
 * An error that a person can act on. All other errors are bugs: `TypeError` and `RangeError` the
 * caller's, the rest ours; they leave a door as an internal error without detail.
 *
 * The message is lower case without a full stop and says what was found and what was wanted. Text
 * that came from outside may stand in it unescaped: whoever shows it escapes it.
 */
export class ConclaveError extends Error {
  override readonly name: string = "ConclaveError";
  readonly code: ErrorCode;
  readonly suggestions: readonly string[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.suggestions = options.suggestions ?? [];
  }
}

/** The vault, or a document that it signed, is altered, malformed or behind its anchor. */
export class IntegrityError extends ConclaveError {
  override readonly name = "IntegrityError";

  /** @param where the object that is wrong: a table with its row and column, an entry, a file */
  constructor(where: string, what: string, options: ErrorOptions = {}) {
    super("INTEGRITY", `${where}: ${what}`, {
      suggestions: ["Keep a copy of the vault as it is for the investigation, and trust nothing in it"],
      ...options,
    });
  }
}

/** Whether `error` is a ConclaveError of one of `codes` (of any, if none is given). */
export function isConclaveError(error: unknown, ...codes: ErrorCode[]): error is ConclaveError {
  return error instanceof ConclaveError && (codes.length === 0 || codes.includes(error.code));
}

/** The `code` of a Node.js system error (`ENOENT`, `EEXIST`, ...), or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
