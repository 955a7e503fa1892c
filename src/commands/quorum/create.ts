import * as Args from "@oclif/core/args";
import { quorumCreate } from "../../lib/quorum/quorum-create.ts";
import { checkSeatRequest } from "../../lib/quorum/seat-request.ts";
import { type NewGenerationDone, QuorumCommand } from "../../lib/terminal/quorum-command.ts";
import { atResolvedPlaces } from "../../lib/terminal/rekey-flags.ts";
import { seatFlags, seatRequests, seatWarnings } from "../../lib/terminal/seat-flags.ts";
import type { DryRun, PlanWritten } from "../../lib/terminal/sensitive-command.ts";
import { newPassphraseFlags, sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class QuorumCreate extends QuorumCommand {
  static override summary = "Make a quorum: a share set with custodians and a threshold of its own";
  static override description =
    "The root quorum approves. A keyring that is made with --quorum is guarded by it alone: the root quorum does not open it. It is pending until each of its custodians has proved the share.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments --threshold 2 --custodian dave --custodian erin --custodian frank --shares-dir /media/shares",
    "<%= config.bin %> <%= command.id %> payments --threshold 2 --custodian dave=dave.enrolment --custodian erin=erin.enrolment --shares-dir out",
  ];
  static override args = { name: Args.string({ description: "name of the new quorum", required: true }) };
  static override flags = { ...seatFlags, ...newPassphraseFlags, ...sensitiveFlags };

  async run(): Promise<NewGenerationDone | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(QuorumCreate);
    return this.withVault(flags, async (vault) => {
      const { threshold, custodians } = await seatRequests(flags, vault.identity.rehearsal === 1);
      checkSeatRequest(vault.path, threshold, custodians);
      for (const warning of seatWarnings({ threshold, custodians }, "quorum")) this.warn(warning);
      const parameters = { name: args.name, threshold, custodians: atResolvedPlaces(custodians) };
      return this.makeGeneration(vault, flags, { action: quorumCreate.name, parameters });
    });
  }
}
