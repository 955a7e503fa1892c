import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { ACTIONS } from "../../lib/catalogue.ts";
import { loadSession } from "../../lib/host/sessions.ts";
import { type Executed, executePlanFile } from "../../lib/quorum/execute.ts";
import { openSession } from "../../lib/quorum/session.ts";
import { readAnswer, readPlanFile } from "../../lib/terminal/document-files.ts";
import { noneByDefault, yesFlag } from "../../lib/terminal/flags.ts";
import { Gathering } from "../../lib/terminal/gathering.ts";
import { readPassphraseFile } from "../../lib/terminal/passphrase-file.ts";
import { hasTerminal } from "../../lib/terminal/prompt.ts";
import { executedText } from "../../lib/terminal/result-text.ts";
import { askPassphrase } from "../../lib/terminal/secret-prompt.ts";
import { shareFlags } from "../../lib/terminal/sensitive-flags.ts";
import { parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class PlanExecute extends VaultCommand {
  static override summary = "Execute a plan that enough custodians approved";
  static override description =
    "Approvals from files, share files at hand and people in the room count together. A bad approval refuses the execute (12); good ones that are too few wait (10). A plan is executed once.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments.plan --approval bob.approval --approval carol.approval",
    "<%= config.bin %> <%= command.id %> payments.plan --approval bob.approval --share alice.share",
  ];
  static override args = {
    plan: Args.string({ description: "plan file, as this host wrote it", required: true }),
  };
  static override flags = {
    approval: Flags.string({
      summary: "approval file of a custodian; once for each",
      helpValue: "FILE",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    in: Flags.string({
      char: "i",
      summary: "file that the plan is about: of backup.verify, the backup",
      helpValue: "FILE",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    ...shareFlags,
    "session-passphrase-file": Flags.string({
      summary: "file with the passphrase that seals the plan's session",
      helpValue: "FILE",
    }),
    ...yesFlag,
  };

  async run(): Promise<Executed> {
    const { args, flags } = await this.parse(PlanExecute);
    const file = readPlanFile(args.plan);
    const approvals = flags.approval.map((path) => ({ origin: path, bytes: readAnswer(path) }));
    const gathering = new Gathering({
      shares: flags.share.map((value) => parseShareFile(value)),
      keys: shareKeys(flags, (message) => this.warn(message)),
      room: hasTerminal() && !flags.yes,
      mayWait: true,
      yes: flags.yes,
      quiet: flags.quiet || this.jsonEnabled(),
    });
    return this.withVault(
      flags,
      async (vault) => {
        const identity = async () => {
          const stored = loadSession(vault.state, vault.identity.id, file.plan.id);
          return openSession(stored, () => this.#passphrase(flags["session-passphrase-file"]));
        };
        const executed = await executePlanFile(vault, ACTIONS, file, gathering, { approvals, identity });
        this.result(executedText(executed));
        return executed;
      },
      flags.in,
    );
  }

  async #passphrase(file: string | undefined): Promise<string> {
    if (file !== undefined) return readPassphraseFile(file, (message) => this.warn(message));
    return askPassphrase("Passphrase of this plan's session", "--session-passphrase-file FILE");
  }
}
