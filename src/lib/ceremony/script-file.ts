import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hex } from "../bytes.ts";
import { sha256 } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { isName } from "../names.ts";
import { nearest } from "../nearest.ts";
import { lintScript } from "./lint.ts";
import { type Script, scriptSchema } from "./script.ts";
import { schemaProblems } from "./script-issues.ts";
import type { PlacedProblem } from "./script-problem.ts";
import { parseYaml } from "./script-yaml.ts";

/** A script as it was read, and found good. */
export interface ScriptFile {
  path: string;
  /** Of the file's bytes: what custodians approve. */
  sha256: string;
  bytes: Uint8Array;
  script: Script;
}

/** What is wrong with a script. */
export class ScriptError extends ConclaveError {
  override readonly name = "ScriptError";
  readonly problems: readonly PlacedProblem[];

  constructor(path: string, problems: readonly PlacedProblem[]) {
    const [first] = problems;
    if (first === undefined) throw new TypeError("nothing is wrong");
    const more = problems.length - 1;
    super("INPUT_MALFORMED", placed(path, first), {
      suggestions:
        more === 0
          ? []
          : [`See ${more === 1 ? "one more problem" : `${more} more problems`}: conclave ceremony lint ${path}`],
    });
    this.problems = problems;
  }
}

/** `PATH:LINE:COLUMN: …`, as compilers say it and editors find it. */
export function placed(path: string, { line, column, message }: PlacedProblem): string {
  return `${path}:${line}:${column}: ${message}`;
}

/**
 * Read a script and find it good: bounded in time and memory, whatever is in the file.
 * @param nameOrPath name of a shipped script, or an own file
 * @throws {ScriptError} naming line and column; ConclaveError NOT_FOUND, HOST_IO
 */
export function readScript(nameOrPath: string): ScriptFile {
  const path = findScript(nameOrPath);
  return parseScript(path, readSmallFile(path, LIMITS.scriptBytes));
}

/** @param path for messages. @throws {ScriptError} */
export function parseScript(path: string, bytes: Uint8Array): ScriptFile {
  const document = parseYaml(bytes, (problem) => new ScriptError(path, [problem]));
  const wrong = schemaProblems(document.value);
  if (wrong.length > 0) throw new ScriptError(path, inOrder(wrong.map((problem) => document.place(problem))));
  const script = scriptSchema.parse(document.value);
  const problems = lintScript(script);
  if (problems.length > 0) throw new ScriptError(path, inOrder(problems.map((problem) => document.place(problem))));
  return { path, sha256: hex(sha256(bytes)), bytes, script };
}

function inOrder(problems: readonly PlacedProblem[]): PlacedProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** Names of the shipped scripts, in alphabetical order. */
export function shippedScripts(): string[] {
  return readdirSync(shippedFolder())
    .flatMap((file) => /^(.*)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** @throws ConclaveError NOT_FOUND */
function findScript(nameOrPath: string): string {
  if (!isName(nameOrPath) || /\.ya?ml$/.test(nameOrPath)) return nameOrPath;
  const shipped = join(shippedFolder(), `${nameOrPath}.yaml`);
  if (existsSync(shipped)) return shipped;
  const meant = nearest(nameOrPath, shippedScripts());
  throw new ConclaveError("NOT_FOUND", `no script ${nameOrPath}`, {
    suggestions: [
      ...(meant.length === 0 ? [] : [`Did you mean ${meant.join(" or ")}?`]),
      "List them: conclave ceremony list",
      `Name an own file by its path: ./${nameOrPath}`,
    ],
  });
}

/** `ceremonies` beside the program, be it run from its sources or built. */
function shippedFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "ceremonies", "schema.json"))) {
    const above = dirname(folder);
    if (above === folder) throw new ConclaveError("HOST_IO", "the scripts that belong to this program are missing");
    folder = above;
  }
  return join(folder, "ceremonies");
}
