import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { utf8 } from "../../lib/bytes.ts";
import { bindInputs } from "../../lib/ceremony/input.ts";
import { readScript } from "../../lib/ceremony/script-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { sheetOf } from "../../lib/terminal/ceremony-sheet.ts";
import { ceremonySheetHtml } from "../../lib/terminal/ceremony-sheet-html.ts";
import { ceremonySheetMarkdown } from "../../lib/terminal/ceremony-sheet-markdown.ts";
import { show } from "../../lib/terminal/escape.ts";
import { parseInputs } from "../../lib/terminal/parse-inputs.ts";
import { inputFlag } from "../../lib/terminal/run-flags.ts";

/** What `ceremony print` tells. */
interface PrintedCeremony {
  ceremony: string;
  /** Of the script's file. */
  sha256: string;
  format: "html" | "markdown";
  /** Null where the sheet went to standard output. */
  file: string | null;
  /** Inputs that are to be filled in by hand. */
  blank: string[];
}

export default class CeremonyPrint extends ConclaveCommand {
  static override summary = "Print a ceremony script as a sheet for the room";
  static override description =
    "Numbered steps with who and how long, columns for initials and time, what is to be written down and compared, exceptions, signatures. HTML has a style for A4 and Letter, the script's SHA-256 and page numbers on each page (Chromium 131 or newer), loads nothing and runs nothing. Inputs that aren't given stay blank.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> genesis --format html --out genesis.html",
    "<%= config.bin %> <%= command.id %> key-generation --input name=payments --format html --out payments.html",
  ];
  static override args = {
    script: Args.string({ description: "name of a shipped script, or a file", required: true }),
  };
  static override flags = {
    ...inputFlag,
    format: Flags.option({
      summary: "form of the sheet",
      options: ["markdown", "html"] as const,
      default: "markdown",
    })(),
    out: Flags.string({ char: "o", summary: "file to write, in place of standard output", helpValue: "FILE" }),
  };

  async run(): Promise<PrintedCeremony> {
    const { args, flags } = await this.parse(CeremonyPrint);
    const { format, out } = flags;
    const file = readScript(args.script);
    const given = parseInputs(flags.input);
    const { missing, defaulted, values } = bindInputs(file.script, given);
    const known = Object.entries(values).filter(([name]) => given.has(name));
    const sheet = sheetOf(file, Object.fromEntries(known));
    const text = format === "html" ? ceremonySheetHtml(sheet) : ceremonySheetMarkdown(sheet);
    if (out === undefined) this.result(text.trimEnd());
    else {
      createFileDurably(resolve(out), utf8(text));
      this.result(`The sheet of ${sheet.ceremony} is in ${show(out, 300)}`);
    }
    const blank = [...missing, ...defaulted];
    return {
      ceremony: sheet.ceremony,
      sha256: sheet.sha256,
      format,
      file: out === undefined ? null : resolve(out),
      blank,
    };
  }
}
