import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { ACTIONS } from "../../lib/catalogue.ts";
import { assertCreatable } from "../../lib/host/checked-file.ts";
import { outputPath } from "../../lib/host/planned-output.ts";
import { loadSession } from "../../lib/host/sessions.ts";
import { executePlanFile } from "../../lib/quorum/execute.ts";
import { openSession } from "../../lib/quorum/session.ts";
import { broughtAgain } from "../../lib/terminal/brought-again.ts";
import { readAnswer, readPlanFile } from "../../lib/terminal/document-files.ts";
import { noneByDefault, yesFlag } from "../../lib/terminal/flags.ts";
import { Gathering } from "../../lib/terminal/gathering.ts";
import { encodingFlag } from "../../lib/terminal/made-output.ts";
import { foundingFor, newGenerationText, recoveryText } from "../../lib/terminal/new-generation.ts";
import { readPassphraseFile } from "../../lib/terminal/passphrase-file.ts";
import { planDestination } from "../../lib/terminal/plan-destination.ts";
import { hasTerminal } from "../../lib/terminal/prompt.ts";
import { executedText } from "../../lib/terminal/result-text.ts";
import { askPassphrase } from "../../lib/terminal/secret-prompt.ts";
import { type Performed, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { newPassphraseFlags, shareFlags } from "../../lib/terminal/sensitive-flags.ts";
import { parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";

export default class PlanExecute extends SensitiveCommand {
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
      summary: "file that the plan is about: a backup, a message, a key, what is encrypted",
      helpValue: "FILE",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    out: Flags.string({ char: "o", summary: "new file, for a plan that makes one", helpValue: "FILE" }),
    ...encodingFlag("how a signature or a MAC is written to --out"),
    "key-passphrase-file": Flags.string({
      summary: "file whose first line opens an encrypted key that the plan imports",
      helpValue: "FILE",
      dependsOn: ["in"],
    }),
    ...shareFlags,
    ...newPassphraseFlags,
    "session-passphrase-file": Flags.string({
      summary: "file with the passphrase that seals the plan's session",
      helpValue: "FILE",
    }),
    ...yesFlag,
  };

  async run(): Promise<Performed> {
    const { args, flags } = await this.parse(PlanExecute);
    const file = readPlanFile(args.plan);
    const approvals = flags.approval.map((path) => ({ origin: path, bytes: readAnswer(path) }));
    const streams = planDestination(file.plan.actions, flags);
    if (flags.out !== undefined) assertCreatable(outputPath(resolve(flags.out)));
    const quiet = flags.quiet || this.jsonEnabled();
    const warn = (message: string) => this.warn(message);
    const shares = flags.share.map((value) => parseShareFile(value));
    const keys = shareKeys(flags, warn);
    return this.withVault(
      flags,
      async (vault) => {
        const founding = foundingFor(vault, file.plan.actions, flags, { quiet, warn });
        const room = hasTerminal() && !flags.yes;
        const gathering = new Gathering({ shares, keys, room, mayWait: true, yes: flags.yes, quiet, founding });
        let opened: string | undefined;
        const identity = async () => {
          const stored = loadSession(vault.state, vault.identity.id, file.plan.id);
          opened ??= await openSession(stored, () => this.#passphrase(flags["session-passphrase-file"]));
          return opened;
        };
        using owned = new DisposableStack();
        const again = { inputs: flags.in, identity, keyPassphraseFile: flags["key-passphrase-file"], warn, owned };
        const secrets = broughtAgain(file.plan, again);
        const executed = await executePlanFile(vault, ACTIONS, file, gathering, { approvals, identity }, secrets);
        this.result(executedText(executed));
        const performed = await this.complete(vault, executed, founding);
        for (const made of performed.generations ?? []) this.result(newGenerationText(made, vault.path));
        if (executed.recovery !== undefined) this.result(recoveryText(executed.recovery));
        if (performed.generations?.some(({ state }) => state === "pending")) this.endAs("WAITING_FOR_PEOPLE");
        return performed;
      },
      { inputs: flags.in, streams },
    );
  }

  async #passphrase(file: string | undefined): Promise<string> {
    if (file !== undefined) return readPassphraseFile(file, (message) => this.warn(message));
    return askPassphrase("Passphrase of this plan's session", "--session-passphrase-file FILE");
  }
}
