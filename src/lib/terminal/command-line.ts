import type { Interfaces } from "@oclif/core";
import { Config } from "@oclif/core/config";
import { ExitError } from "@oclif/core/errors";
import { Help } from "@oclif/core/help";
import { settings } from "@oclif/core/settings";
import { ConclaveError, systemErrorCode } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { AbortedError } from "./aborted-error.ts";
import { describeError, reportError } from "./error-report.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { writeJson } from "./json-output.ts";
import { writeResult } from "./output.ts";

/** The commands are in `pjson.oclif.commands` below `root`; their manifest is `oclif.manifest.json` there. */
export interface Program {
  root: string;
  pjson: Interfaces.PJSON;
  ignoreManifest: boolean;
}

/**
 * Run the command that `argv` names and end the process with its exit status.
 *
 * In place of oclif's own `execute`: an unknown command is an error under a known topic too (oclif shows the topic's
 * help and exits 0), no plugin or theme is loaded from the user's folders, and no error is shown with its stack.
 */
export async function runCommandLine(program: Program, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  endOnTrouble();
  settings.enableAutoTranspile = false;
  process.env["CONCLAVE_DISABLE_THEME"] = "1";
  try {
    const config = await Config.load({ ...program, userPlugins: false, devPlugins: false });
    await dispatch(config, argv);
    await new Promise((resolve) => process.stdout.write("", resolve));
    process.exit();
  } catch (error) {
    if (error instanceof ExitError) process.exit(error.oclif.exit);
    process.exit(beforeDashes(argv).includes("--json") ? reportAsJson(error) : reportError(error));
  }
}

/** Its exit status; where standard output can't be written, that is what standard error tells of. */
function reportAsJson(error: unknown): number {
  const document = describeError(error);
  try {
    writeJson(document);
    return document.error.status;
  } catch (unwritable) {
    return reportError(unwritable);
  }
}

async function dispatch(config: Config, argv: readonly string[]): Promise<void> {
  if (argv[0] === "--version") return writeResult(`${config.userAgent}\n`);
  const words = argv[0] === "help" ? argv.slice(1) : argv;
  const name = commandName(config, words);
  const asksHelp = argv[0] === "help" || beforeDashes(argv).some((word) => word === "--help" || word === "-h");

  if (asksHelp || argv.length === 0) {
    if (name.length === 0 && words.some((word) => !word.startsWith("-"))) throw unknownCommand(config, words);
    return new Help(config, config.pjson.oclif.helpOptions).showHelp([...name]);
  }
  const id = name.join(":");
  if (config.findCommand(id) === undefined) throw unknownCommand(config, words);
  await config.runCommand(id, words.slice(name.length));
}

/** The first of `words` that name a command, else those that name a topic, else none. */
function commandName(config: Config, words: readonly string[]): readonly string[] {
  const flag = words.findIndex((word) => word.startsWith("-"));
  const leading = flag === -1 ? words : words.slice(0, flag);
  for (let length = leading.length; length > 0; length--) {
    const name = leading.slice(0, length);
    if (config.findCommand(name.join(":")) !== undefined) return name;
  }
  return config.findTopic(leading.join(":")) === undefined ? [] : leading;
}

/** Says what there is, not what was typed: it may be a misplaced secret. */
function unknownCommand(config: Config, words: readonly string[]): ConclaveError {
  const known = config.commands.filter((command) => !command.hidden).map((command) => command.id.replaceAll(":", " "));
  const topic = config.findTopic(words[0] ?? "")?.name;
  const verbs = known.flatMap((name) => (name.startsWith(`${topic} `) ? name.slice(`${topic} `.length) : []));
  const message = verbs.length === 0 ? "unknown command" : `${topic} needs one of: ${verbs.join(", ")}`;

  const meant = [...nearest(words.slice(0, 2).join(" "), known), ...(verbs.length === 0 ? [] : [topic])];
  const suggestions = (meant.length === 0 ? [""] : meant).map((name) =>
    `${config.bin} ${name} --help`.replace("  ", " "),
  );
  return new ConclaveError("USAGE", message, { suggestions });
}

/** What is not in a command's own hands ends the process by the same table. */
function endOnTrouble(): void {
  process.on("uncaughtException", (error) => process.exit(reportError(error)));
  process.once("SIGINT", () => process.exit(reportError(new AbortedError())));
  process.stdout.on("error", (error) => process.exit(systemErrorCode(error) === "EPIPE" ? 0 : EXIT_STATUS.HOST_IO));
  process.stderr.on("error", () => undefined);
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const dashes = argv.indexOf("--");
  return dashes === -1 ? argv : argv.slice(0, dashes);
}
