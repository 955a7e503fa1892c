import * as Args from "@oclif/core/args";
import { placed, readScript, ScriptError } from "../../lib/ceremony/script-file.ts";
import type { PlacedProblem } from "../../lib/ceremony/script-problem.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { show } from "../../lib/terminal/escape.ts";

/** What `ceremony lint` says of a script. */
interface Linted {
  path: string;
  /** Null of a script that isn't right. */
  sha256: string | null;
  problems: PlacedProblem[];
}

export default class CeremonyLint extends ConclaveCommand {
  static override summary = "Check ceremony scripts: what is wrong, with line and column";
  static override description =
    "Looks at everything that can be known before a run: members, actions and their parameters, inputs, the order of steps, who is in the room, characters that a screen must not get. A script that lint refuses is not run (2).";
  static override examples = [
    "<%= config.bin %> <%= command.id %> ./our-ceremony.yaml",
    "<%= config.bin %> <%= command.id %> ceremonies/*.yaml",
  ];
  static override strict = false;
  static override args = {
    script: Args.string({
      description: "file, or name of a shipped script; one or more",
      required: true,
      multiple: true,
    }),
  };

  async run(): Promise<{ scripts: Linted[]; next: null }> {
    const { args } = await this.parse(CeremonyLint);
    const scripts = args.script.map(lint);
    const lines = scripts.flatMap(({ path, problems }) =>
      problems.length === 0 ? [`${show(path)}: good`] : problems.map((problem) => show(placed(path, problem), 1000)),
    );
    this.result(lines.join("\n"));
    if (scripts.some(({ problems }) => problems.length > 0)) this.endAs("INPUT_MALFORMED");
    return { scripts, next: null };
  }
}

function lint(nameOrPath: string): Linted {
  try {
    const { path, sha256 } = readScript(nameOrPath);
    return { path, sha256, problems: [] };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { path: nameOrPath, sha256: null, problems: [...error.problems] };
  }
}
