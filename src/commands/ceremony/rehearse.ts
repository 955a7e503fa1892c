import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import type { RunResult } from "../../lib/ceremony/run.ts";
import { readScript } from "../../lib/ceremony/script-file.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { lockTimeoutFlag } from "../../lib/terminal/flags.ts";
import { parseInputs } from "../../lib/terminal/parse-inputs.ts";
import { programWord } from "../../lib/terminal/program-word.ts";
import { hasTerminal } from "../../lib/terminal/prompt.ts";
import { rehearse, rehearsedText } from "../../lib/terminal/rehearse.ts";
import { scriptFlags } from "../../lib/terminal/run-flags.ts";
import { surroundings } from "../../lib/terminal/surroundings.ts";

type Rehearsed = RunResult & { folder: string; vault: string };

export default class CeremonyRehearse extends ConclaveCommand {
  static override summary = "Rehearse a ceremony in a throwaway vault";
  static override description =
    "The same script, step by step, in a temporary folder of its own with a rehearsal vault as the script needs it; REHEARSAL stands on everything. On a terminal people play the roles; with --unattended the machine plays them all, with generated passphrases. Ends with where everything lies, and how to remove it.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> genesis",
    "<%= config.bin %> <%= command.id %> key-generation --unattended",
    "<%= config.bin %> <%= command.id %> ./our-own.yaml --input name=payments",
  ];
  static override args = {
    script: Args.string({ description: "name of a shipped script, or a file", default: "genesis" }),
  };
  static override flags = {
    ...lockTimeoutFlag,
    ...scriptFlags,
    unattended: Flags.boolean({ default: false, summary: "let the machine play every role; ask nothing" }),
  };

  async run(): Promise<Rehearsed> {
    const { args, flags } = await this.parse(CeremonyRehearse);
    const script = readScript(args.script);
    const warn = (message: string) => this.warn(message);
    const { rehearsal, result } = await rehearse(script, parseInputs(flags.input), {
      attended: hasTerminal() && !flags.unattended,
      quiet: flags.quiet || this.jsonEnabled(),
      around: surroundings(flags["lock-timeout"], warn),
      tool: `conclave/${this.config.version}`,
      transcriptDir: flags["transcript-dir"],
      warn,
    });
    this.result(rehearsedText(rehearsal, result, programWord(this.config.root, process.env["PATH"] ?? "")));
    if (result.state !== "ended") this.endAs("WAITING_FOR_PEOPLE");
    else if (result.end.outcome === "aborted") this.endAs("ABORTED");
    const { folder, vault } = rehearsal;
    return { ...result, folder, vault };
  }
}
