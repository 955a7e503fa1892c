import type { Interfaces } from "@oclif/core";
import { Command } from "@oclif/core/command";
import { ExitError } from "@oclif/core/errors";
import * as Flags from "@oclif/core/flags";
import { chalkStderr } from "chalk";
import type { ErrorCode } from "../errors.ts";
import { abortedIfClosed } from "./aborted-error.ts";
import { describeError, type ErrorDocument, reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { writeJson } from "./json-output.ts";
import { writeMessage, writeResult } from "./output.ts";
import { usageError } from "./usage-error.ts";

type FlagOutput = Interfaces.OutputFlags<Interfaces.FlagInput>;
type ArgOutput = Interfaces.OutputArgs<Interfaces.ArgInput>;

/**
 * What every command is: it parses, calls once, shows. Results go to standard output, all else to standard error; what
 * `run` returns is what `--json` prints. The exit status of an error comes from EXIT_STATUS alone.
 */
export abstract class ConclaveCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    quiet: Flags.boolean({ char: "q", default: false, summary: "results and errors only", helpGroup: "GLOBAL" }),
  };

  #quiet = false;

  /** Show `lines`, escaped already where they are foreign, as the result; `--json` prints what `run` returns instead. */
  protected result(lines: string): void {
    if (!this.jsonEnabled()) writeResult(`${lines}\n`);
  }

  /** Tell of progress on standard error, but not with `--quiet` or `--json`; `text` is escaped already. */
  protected note(text: string): void {
    if (!this.#quiet && !this.jsonEnabled()) writeMessage(`${text}\n`);
  }

  /** Warn on standard error, whatever the flags; foreign text in it is escaped here. */
  override warn(input: Error | string): Error | string {
    writeMessage(`${chalkStderr.yellow("warning:")} ${show(typeof input === "string" ? input : input.message, 600)}\n`);
    return input;
  }

  /** End with the exit status of `code` though there is a result: a plan was written, a verification said no. */
  protected endAs(code: ErrorCode): void {
    process.exitCode = EXIT_STATUS[code];
  }

  protected override async parse<F extends FlagOutput, B extends FlagOutput, A extends ArgOutput>(
    options: Interfaces.Input<F, B, A>,
    argv = this.argv,
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      const parsed = await super.parse(withoutStdin(options), argv);
      this.#quiet = parsed.flags["quiet"] === true;
      return parsed;
    } catch (error) {
      throw usageError(error, `${this.config.bin} ${this.id?.replaceAll(":", " ")} --help`);
    }
  }

  protected override async catch(error: unknown): Promise<void> {
    if (error instanceof ExitError) throw error;
    const told = abortedIfClosed(error);
    const { status } = describeError(told).error;
    process.exitCode = status;
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(told));
    else reportError(told);
  }

  protected override toErrorJson(error: unknown): ErrorDocument {
    return describeError(error);
  }

  protected override logJson(json: unknown): void {
    writeJson(json);
  }
}

/** Without this, oclif reads a missing argument from standard input. */
function withoutStdin<F extends FlagOutput, B extends FlagOutput, A extends ArgOutput>(
  options: Interfaces.Input<F, B, A>,
): Interfaces.Input<F, B, A> {
  const { flags, baseFlags, enableJsonFlag } = options; // may be inherited, so that a spread does not copy them
  const args = Object.entries(options.args ?? {}).map(([name, arg]) => [name, { ...arg, ignoreStdin: true }] as const);
  return {
    ...options,
    ...(flags && { flags }),
    ...(baseFlags && { baseFlags }),
    ...(enableJsonFlag && { enableJsonFlag }),
    args: Object.fromEntries(args) as Interfaces.ArgInput<A>,
  };
}
