import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import { ACTIONS } from "../../lib/catalogue.ts";
import { saveAnchor } from "../../lib/host/anchor.ts";
import { assertAbsent } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { prepareApproval } from "../../lib/quorum/approve.ts";
import { isRecoverable, planConfirmation, viewPlanFile } from "../../lib/quorum/view-plan-file.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { agree, deskFlags, showSubject, thisDesk } from "../../lib/terminal/desk-flags.ts";
import { readPlanFile } from "../../lib/terminal/document-files.ts";
import { show } from "../../lib/terminal/escape.ts";
import { planText, planTitle } from "../../lib/terminal/plan-text.ts";
import { openShare, parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class PlanApprove extends ConclaveCommand {
  static override summary = "Approve a plan at your own desk";
  static override description =
    "Shows the plan, checks that its host is the one that this machine knows, asks, signs, and seals your share to this one plan. Needs no vault. A host that this machine does not know is accepted only by the twelve words of the digest, as you heard them from the requester: --yes never replaces them.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments.plan --share bob.share --out bob.approval",
    "<%= config.bin %> <%= command.id %> payments.plan --share bob.share --identity bob.identity --words 'situate bottom …' --out bob.approval",
  ];
  static override args = {
    plan: Args.string({ description: "plan file", required: true }),
  };
  static override flags = deskFlags;

  async run(): Promise<{ plan: string; digest: string; custodian: string; file: string }> {
    const { args, flags } = await this.parse(PlanApprove);
    await assertReady((message) => this.warn(message));
    const out = resolve(flags.out);
    assertAbsent(out);
    const file = readPlanFile(args.plan);
    const view = viewPlanFile(ACTIONS, file);
    showSubject(planText(view), flags.yes, (text) => this.note(text));

    const share = parseShareFile(flags.share);
    using document = await openShare(
      share,
      shareKeys(flags, (message) => this.warn(message)),
    );
    const presented = { document, origin: share.path, claimed: share.name };
    const desk = { ...thisDesk(flags.words), recoverable: isRecoverable(ACTIONS, file) };
    const ready = prepareApproval(file, presented, desk);
    for (const warning of ready.warnings) this.warn(warning);
    if (ready.recovery) {
      this.warn(`${ready.custodian}: the share alone approves; the act becomes a recovery, which audit verify names`);
    }
    const wanted = planConfirmation(ACTIONS, file) ?? "yes";
    const question = `${ready.custodian}: type ${wanted} to approve ${planTitle(view)}, anything else to stop:`;
    await agree(question, wanted, flags.yes);

    const bytes = await ready.give();
    createFileDurably(out, bytes);
    if (ready.anchor !== undefined) saveAnchor(desk.state, ready.anchor);
    this.result(`Approved by ${show(ready.custodian)}: ${show(flags.out, 300)}. Send it to the requester.`);
    return { plan: file.plan.id, digest: view.digest, custodian: ready.custodian, file: out };
  }
}
