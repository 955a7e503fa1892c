import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../../../../../../src/lib/errors.ts";
import { ConclaveCommand } from "../../../../../../src/lib/terminal/base-command.ts";
import { fields } from "../../../../../../src/lib/terminal/fields.ts";
import { lockTimeoutFlag, vaultFlag } from "../../../../../../src/lib/terminal/flags.ts";

/** Everything that a command without questions can do, chosen by --end. */
export default class ProbeShow extends ConclaveCommand {
  static override summary = "Show what was given";
  static override args = {
    name: Args.string({ required: true, description: "a name" }),
    file: Args.file({ exists: true, description: "a file" }),
  };
  static override flags = {
    ...vaultFlag,
    ...lockTimeoutFlag,
    end: Flags.option({ options: ["done", "refused", "bug", "exit", "waiting", "hang", "prompt"] as const })({
      default: "done",
    }),
    left: Flags.string({ exclusive: ["right"] }),
    right: Flags.string(),
  };

  async run(): Promise<{ name: string; vault: string }> {
    const { args, flags } = await this.parse(ProbeShow);
    this.note("about to show");
    const seen = { name: args.name, vault: flags.vault };
    const cause = new Error("a cause with a secret in it");

    switch (flags.end) {
      case "refused":
        throw new ConclaveError("REFUSED", `key ${args.name} is\nsuspended`, { suggestions: ["Resume it"], cause });
      case "bug":
        throw new TypeError(`a bug with ${args.name} in it`, { cause });
      case "exit":
        return this.exit(7);
      case "waiting":
        this.endAs("WAITING_FOR_PEOPLE");
        break;
      case "hang":
        this.note("hanging");
        await new Promise((resolve) => setTimeout(resolve, 60_000));
        break;
      case "prompt":
        throw Object.assign(new Error("closed"), { name: "ExitPromptError" });
      case "done":
        break;
    }
    if (args.name === "warn") this.warn("text with \u001b[2J in it");
    this.result(
      fields([
        ["name", seen.name],
        ["vault", seen.vault],
      ]),
    );
    return seen;
  }
}
