import * as Flags from "@oclif/core/flags";
import { SECOND, timestamp } from "../../lib/clock.ts";
import { parseDuration } from "../../lib/duration.ts";
import { type CustodianDescription, listCustodians } from "../../lib/quorum/custodians.ts";
import { show } from "../../lib/terminal/escape.ts";
import { table } from "../../lib/terminal/table.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class CustodianList extends VaultCommand {
  static override summary = "List custodians: of which quorum, since when, last proof";
  static override examples = ["<%= config.bin %> <%= command.id %>"];

  static override flags = {
    "max-age": Flags.string({
      summary: "exit 17 if a custodian of a quorum in force has no proof younger than this: 90d",
      helpValue: "DURATION",
    }),
  };

  async run(): Promise<{ custodians: CustodianDescription[]; next: null }> {
    const { flags } = await this.parse(CustodianList);
    const maxAge = flags["max-age"];
    const seconds = maxAge === undefined ? undefined : parseDuration(maxAge, "--max-age");
    return this.withVault(flags, async ({ reader, clock }) => {
      const custodians = await listCustodians(reader);
      this.result(
        table(
          ["CUSTODIAN", "QUORUM", "GENERATION", "STATE", "KEY MADE", "SINCE", "LAST PROOF"],
          custodians.map((custodian) => [
            custodian.name,
            custodian.quorum,
            String(custodian.generation),
            custodian.state,
            custodian.key === "host" ? "on the host" : `at own desk, ${custodian.enrolment}`,
            custodian.since,
            custodian.lastProof ?? "never",
          ]),
        ),
      );
      if (seconds !== undefined) this.#monitor(custodians, timestamp(new Date(clock().getTime() - seconds * SECOND)));
      this.noteUnverified();
      return { custodians, next: null };
    });
  }

  /** A monitoring check: says who has not proved since, and ends with 17. */
  #monitor(custodians: readonly CustodianDescription[], since: string): void {
    const late = custodians.filter(({ state, lastProof }) => state === "active" && (lastProof ?? "") < since);
    if (late.length === 0) return;
    this.warn(
      `no proof since ${since}: ${show(late.map(({ name, quorum }) => `${name} (${quorum})`).join(", "), 400)}`,
    );
    this.endAs("NOT_VERIFIED");
  }
}
