import { stripVTControlCharacters } from "node:util";
import { ConclaveError } from "../errors.ts";

/** What oclif's parser says, and what we say: never a value from the command line, it may be a misplaced secret. */
const REPHRASED: readonly (readonly [said: RegExp, message: (...groups: string[]) => string])[] = [
  [/^Nonexistent flags?: (.*)$/s, (flags) => `unknown flag ${flagNames(flags)}`],
  [/^Unexpected arguments?: /, () => "more arguments than the command takes"],
  [/^Missing required flag (\S+)$/, (flag) => `missing flag --${flag}`],
  [/^Expected (--[\w-]+)=.* to be one of: (.*)$/s, (flag, options) => `${flag} must be one of ${options}`],
  [/^Expected .* to be one of: (.*)$/s, (options) => `argument must be one of ${options}`],
  [/^Flag (--[\w-]+) expects (?:a value|one of these values: .*)$/, (flag) => `${flag} needs a value`],
  [/^Flag (--[\w-]+) can only be specified once$/, (flag) => `${flag} given more than once`],
  [/^Expected an (integer.*) but received: /s, (what) => `must be an ${what}`],
  [/ exists but is not a (file|directory)$/, (kind) => `must be a ${kind}`],
  [/^(--[\w-]+)=.* cannot also be provided when using (--[\w-]+)$/s, (one, other) => `${one} excludes ${other}`],
  [/^All of the following must be provided when using (--[\w-]+): (.*)$/, (flag, needed) => `${flag} needs ${needed}`],
  [/^((?:Exactly|At least) one of the following must be provided: .*)$/, (rule) => rule.toLowerCase()],
];

/**
 * What the parser of the command line found wrong, as an error of ours.
 *
 * @param error anything thrown while parsing; a ConclaveError stays as it is
 * @param usage the command that shows how it is done: `conclave key create --help`
 */
export function usageError(error: unknown, usage: string): ConclaveError {
  const [flag, said] = withoutFrame(error instanceof Error ? error.message : "");
  if (error instanceof ConclaveError) {
    error.message = flag + said; // oclif framed it in place
    return error;
  }
  const missing = /^No (file|directory) found at (.*)$/s.exec(said);
  if (missing) return new ConclaveError("NOT_FOUND", `${missing[1]} not found: ${missing[2]}`, { cause: error });

  const message = missingArguments(error) ?? (flag + rephrase(said)).replace(/^must /, "the argument must ");
  return new ConclaveError("USAGE", message, { suggestions: [usage], cause: error });
}

function rephrase(said: string): string {
  const reasons = /^The following errors? occurred:\s*(.*)$/s.exec(said)?.[1];
  if (reasons !== undefined) return reasons.split(/\n\s*/).map(rephrase).join("; ");

  for (const [pattern, message] of REPHRASED) {
    const match = pattern.exec(said);
    if (match) return message(...match.slice(1));
  }
  return "the command line cannot be understood";
}

/** `--recovery` of `--recovery=1234`, `-x` of `-xyz`. */
function flagNames(flags: string | undefined): string {
  const names = (flags ?? "").split(/,?\s+/).map((flag) => /^(?:--[a-z][a-z-]{0,40}(?==|$)|-[a-zA-Z])/.exec(flag)?.[0]);
  return names.filter((name) => name !== undefined).join(", ");
}

/** What oclif's RequiredArgsError is about; it is not exported. */
function missingArguments(error: unknown): string | undefined {
  if (!(error instanceof Error && error.message.startsWith("Missing ") && "args" in error)) return undefined;
  if (!Array.isArray(error.args)) return undefined;
  return `missing argument ${error.args.map((arg: { name?: unknown }) => String(arg.name).toUpperCase()).join(", ")}`;
}

/** The flag that oclif was parsing (`--lock-timeout `, or empty) and the message without what oclif put around it. */
function withoutFrame(text: string): [flag: string, said: string] {
  const said = stripVTControlCharacters(text).replace(/\nSee more help with --help$/, "");
  const framed = /^Parsing (--[\w-]+) \n\t(.*)$/s.exec(said);
  return framed ? [`${framed[1]} `, framed[2]?.replace(/\nSee more help with --help$/, "") ?? ""] : ["", said];
}
