import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import type { CeremonyHost } from "../../lib/ceremony/ceremony.ts";
import { beginCeremony, type RunResult, resumeCeremony } from "../../lib/ceremony/run.ts";
import { RunLog, unfinishedRuns } from "../../lib/ceremony/run-log.ts";
import { readScript } from "../../lib/ceremony/script-file.ts";
import type { Stage } from "../../lib/ceremony/stage.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { holdingLock } from "../../lib/quorum/founding-alone.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { ceremonyHost, elsewhereBy } from "../../lib/terminal/ceremony-host.ts";
import { chooseRun, isRehearsalVault, runText, stageByFlags } from "../../lib/terminal/ceremony-runs.ts";
import { parseInputs } from "../../lib/terminal/parse-inputs.ts";
import { runFlags } from "../../lib/terminal/run-flags.ts";
import { surroundings } from "../../lib/terminal/surroundings.ts";

export default class CeremonyRun extends ConclaveCommand {
  static override summary = "Hold a ceremony: be led through a script, step by step";
  static override description =
    "Asks for the script's inputs and who is there, checks the host and the vault, then shows step after step: where you are, who acts, what comes next. Each is ticked with initials; all acts of the script are one plan, which custodians approve with the script's hash and inputs. It can be paused at any step, and gone on with after a crash: the plan is executed at most once. Ends with a transcript that the host signs. Paused or waiting for people ends with 10, stopped for good with 16.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> key-generation",
    {
      description: "Go on with a run that was paused, or cut off",
      command: "<%= config.bin %> <%= command.id %> --resume",
    },
    {
      description: "Custodians elsewhere: write the plan and pause; go on with their approvals",
      command: "<%= config.bin %> <%= command.id %> key-rotation --plan-out rotation.plan",
    },
    "<%= config.bin %> <%= command.id %> --resume --approval bob.approval --approval carol.approval",
  ];
  static override args = {
    script: Args.string({ description: "name of a shipped script, or a file; with --resume, which one" }),
  };
  static override flags = runFlags;

  async run(): Promise<RunResult> {
    const { args, flags } = await this.parse(CeremonyRun);
    const warn = (message: string) => this.warn(message);
    const around = surroundings(flags["lock-timeout"], warn);
    const host = ceremonyHost(flags.vault, around, `conclave/${this.config.version}`);
    host.elsewhere = elsewhereBy(flags, around.state, warn);
    const stage = stageByFlags(flags, { quiet: flags.quiet || this.jsonEnabled(), warn, clock: around.clock });
    const given = parseInputs(flags.input);
    const result = await holdingLock(around, "ceremony.lock", () => this.#hold(args.script, given, flags, host, stage));
    this.result(runText(result));
    if (result.state !== "ended") this.endAs("WAITING_FOR_PEOPLE");
    else if (result.end.outcome === "aborted") this.endAs("ABORTED");
    return result;
  }

  async #hold(
    script: string | undefined,
    given: ReadonlyMap<string, string>,
    { resume, yes }: { resume: boolean; yes: boolean },
    host: CeremonyHost,
    stage: Stage,
  ): Promise<RunResult> {
    const { state, clock } = host.around;
    const file = script === undefined || resume ? undefined : readScript(script);
    const unfinished = unfinishedRuns(state, clock, resolve(host.vault));
    const chosen = await chooseRun(unfinished, { resume, script, note: (text) => this.note(text) });
    const log = chosen === undefined ? undefined : RunLog.open(chosen, clock);
    const rehearsal = log?.start.rehearsal ?? (await isRehearsalVault(host));
    if (yes && !rehearsal) {
      throw new ConclaveError("USAGE", "--yes ticks every step unseen: it is for rehearsal vaults only", {
        suggestions: ["Leave --yes out, on a terminal", "Rehearse: conclave ceremony rehearse"],
      });
    }
    if (log !== undefined) return resumeCeremony(log, host, stage);
    if (file === undefined) {
      throw new ConclaveError("USAGE", "which ceremony?", {
        suggestions: ["Name a script or a file", "List the scripts: conclave ceremony list"],
      });
    }
    return beginCeremony(file, given, rehearsal, host, stage);
  }
}
