import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { fromUtf8 } from "../../lib/bytes.ts";
import { bindInputs } from "../../lib/ceremony/input.ts";
import { readScript } from "../../lib/ceremony/script-file.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { type CeremonySheet, sheetOf } from "../../lib/terminal/ceremony-sheet.ts";
import { ceremonyText } from "../../lib/terminal/ceremony-text.ts";
import { fold } from "../../lib/terminal/fold.ts";
import { parseInputs } from "../../lib/terminal/parse-inputs.ts";
import { inputFlag } from "../../lib/terminal/run-flags.ts";

export default class CeremonyShow extends ConclaveCommand {
  static override summary = "Show a ceremony script: who, how long, step by step";
  static override description =
    "The SHA-256 is that of the file: custodians approve it together with the inputs. Needs no vault.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> key-generation",
    "<%= config.bin %> <%= command.id %> ./our-ceremony.yaml --input name=payments",
    "<%= config.bin %> <%= command.id %> key-generation --source > our-ceremony.yaml",
  ];
  static override args = {
    script: Args.string({ description: "name of a shipped script, or a file", required: true }),
  };
  static override flags = {
    ...inputFlag,
    source: Flags.boolean({
      default: false,
      summary: "the script's file as it is, to be copied and changed",
      exclusive: ["input"],
    }),
  };

  async run(): Promise<{ path: string } & CeremonySheet> {
    const { args, flags } = await this.parse(CeremonyShow);
    const file = readScript(args.script);
    if (flags.source) this.result(fromUtf8(file.bytes).trimEnd());
    const { values } = bindInputs(file.script, parseInputs(flags.input));
    const sheet = sheetOf(file, values);
    if (!flags.source) this.result(fold(ceremonyText(sheet), process.stdout.columns));
    return { path: file.path, ...sheet };
  }
}
