import * as Args from "@oclif/core/args";
import { nextGeneration, quorumRekey } from "../../lib/quorum/rekey.ts";
import { checkSeatRequest } from "../../lib/quorum/seat-request.ts";
import { quorumInForce, requireQuorum } from "../../lib/quorum/state.ts";
import { type NewGenerationDone, QuorumCommand } from "../../lib/terminal/quorum-command.ts";
import { atResolvedPlaces, rekeyRequests } from "../../lib/terminal/rekey-flags.ts";
import { seatFlags, seatWarnings } from "../../lib/terminal/seat-flags.ts";
import type { DryRun, PlanWritten } from "../../lib/terminal/sensitive-command.ts";
import { newPassphraseFlags, sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class QuorumRekey extends QuorumCommand {
  static override summary = "New secret, new shares: for other custodians, another threshold, or the same";
  static override description =
    "The quorum itself approves. Without --custodian the same custodians get new shares, without --threshold as many of them are needed. The generation before stays in force until each new custodian has proved the new share; until then conclave quorum cancel takes it back. Shares alone, without identities, may approve it: that is a recovery, which audit verify names until it is accepted.";
  static override examples = [
    {
      description: "Carol leaves, dave comes, with an enrolment",
      command:
        "<%= config.bin %> <%= command.id %> root --custodian alice --custodian bob --custodian dave=dave.enrolment --shares-dir /media/shares",
    },
    {
      description: "New shares for the same custodians",
      command: "<%= config.bin %> <%= command.id %> root --shares-dir /media/shares",
    },
  ];
  static override args = { name: Args.string({ description: "name of the quorum", required: true }) };
  static override flags = { ...seatFlags, ...newPassphraseFlags, ...sensitiveFlags };

  async run(): Promise<NewGenerationDone | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(QuorumRekey);
    return this.withVault(flags, async (vault) => {
      const { id, name } = await requireQuorum(vault.reader, args.name);
      const inForce = await quorumInForce(vault.reader, id);
      const { threshold, custodians } = await rekeyRequests(flags, vault.identity.rehearsal === 1, inForce);
      checkSeatRequest(vault.path, threshold, custodians);
      const known = inForce.seats.map(({ custodianKey }) => custodianKey);
      for (const warning of seatWarnings({ threshold, custodians }, "quorum", known)) this.warn(warning);
      const before = {
        generation: inForce.generation,
        threshold: inForce.manifest.threshold,
        custodians: inForce.seats.map((seat) => seat.name),
      };
      const parameters = {
        quorum: { id, name },
        before,
        generation: await nextGeneration(vault.reader, id),
        threshold,
        custodians: atResolvedPlaces(custodians),
      };
      return this.makeGeneration(vault, flags, { action: quorumRekey.name, parameters });
    });
  }
}
