import { setTimeout } from "node:timers/promises";
import * as Args from "@oclif/core/args";
import { ConclaveCommand } from "../../../../../../src/lib/terminal/base-command.ts";
import { askChoice, askLine } from "../../../../../../src/lib/terminal/prompt.ts";
import { askPassphrase } from "../../../../../../src/lib/terminal/secret-prompt.ts";

export default class ProbeAsk extends ConclaveCommand {
  static override summary = "Ask something";
  static override args = { what: Args.string({ required: true, options: ["passphrase", "line", "choice", "later"] }) };

  async run(): Promise<{ answer: string }> {
    const { args } = await this.parse(ProbeAsk);
    const answer = await this.#ask(args.what);
    this.result(`answer: ${answer.length} characters, ${answer}`);
    return { answer };
  }

  async #ask(what: string): Promise<string> {
    if (what === "passphrase") return askPassphrase("Passphrase of \u202ealice");
    if (what === "line") return askLine("Name", "--name NAME", (line) => (line === "bob" ? "taken" : undefined));
    if (what === "later") {
      await askLine("Name", "--name NAME");
      this.note("working");
      await setTimeout(1500);
      return askPassphrase("Passphrase");
    }
    return askChoice(
      "Who",
      [
        ["alice", "A"],
        ["bob\u0007", "B"],
      ] as const,
      "--custodian NAME",
    );
  }
}
