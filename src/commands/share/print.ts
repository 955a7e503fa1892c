import { fstatSync } from "node:fs";
import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { systemClock, timestamp } from "../../lib/clock.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { assertAbsent } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { shellWord } from "../../lib/host/shell-word.ts";
import type { Secret } from "../../lib/secret.ts";
import { readDocument } from "../../lib/share/document.ts";
import { AbortedError } from "../../lib/terminal/aborted-error.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { CLEAR_SCREEN } from "../../lib/terminal/clear-screen.ts";
import { show } from "../../lib/terminal/escape.ts";
import { fold } from "../../lib/terminal/fold.ts";
import { writeMessage, writeResult } from "../../lib/terminal/output.ts";
import { askLine, hasTerminal } from "../../lib/terminal/prompt.ts";
import { passphraseFileFlag, shareFlags } from "../../lib/terminal/sensitive-flags.ts";
import { ShareCard } from "../../lib/terminal/share-card.ts";
import { parseShareFile, ShareOpener, shareKeys } from "../../lib/terminal/share-file.ts";
import { assertReady } from "../../lib/vault/ready.ts";

type Format = "text" | "html";

/** What `share print` tells. */
interface PrintedShare {
  custodian: string;
  /** Undefined on a screen or a pipe. */
  file: string | undefined;
  format: Format;
}

export default class SharePrint extends ConclaveCommand {
  static override summary = "Print a share for paper: record, words and QR code";
  static override description =
    "The card lies open: whoever sees it has the share. On a terminal it is shown after a warning, and the screen is cleared afterwards; elsewhere it goes to --out or to a pipe. Needs no vault.";
  static override examples = [
    { description: "To the screen, to be written down", command: "<%= config.bin %> <%= command.id %> alice.share" },
    {
      description: "One sheet for a printer",
      command: "<%= config.bin %> <%= command.id %> alice.share --format html --out /dev/shm/alice.html",
    },
    {
      description: "To a printer that understands UTF-8",
      command: "<%= config.bin %> <%= command.id %> alice.share --passphrase-file alice=/dev/fd/3 | lp",
    },
  ];
  static override args = {
    file: Args.string({
      description: "[NAME=]FILE; NAME defaults to the base name up to the first dot",
      required: true,
    }),
  };
  static override flags = {
    format: Flags.option({ summary: "form of the card", options: ["text", "html"] as const, default: "text" })(),
    out: Flags.string({ char: "o", summary: "file to write, in place of the screen", helpValue: "FILE" }),
    identity: shareFlags.identity,
    ...passphraseFileFlag,
  };

  async run(): Promise<PrintedShare> {
    const { args, flags } = await this.parse(SharePrint);
    const { format } = flags;
    const file = parseShareFile(args.file);
    const out = flags.out === undefined ? undefined : resolve(flags.out);
    if (out !== undefined) assertAbsent(out);
    const screen = out === undefined && this.#outputIsScreen(format);
    const warn = (message: string) => void this.warn(message);
    await assertReady(warn);

    using opener = new ShareOpener(file, shareKeys(flags, warn));
    using text = await opener.text();
    using document = readDocument(text);
    using card = new ShareCard(file.name, document, timestamp(systemClock()));
    using rendered = await render(card, format, screen);
    if (out !== undefined) this.#toFile(card, rendered, out, flags.out ?? "");
    else if (screen) await toScreen(card, rendered);
    else writeResult(rendered.reveal());
    return { custodian: card.custodian, file: out, format };
  }

  /** Whether the card is shown; else it goes into a pipe. @throws ConclaveError USAGE: neither is there */
  #outputIsScreen(format: Format): boolean {
    if (this.jsonEnabled()) throw outNeeded("with --json the card is not in the result");
    if (process.stdout.isTTY) {
      if (format === "html") throw outNeeded("HTML is not for a screen");
      if (!hasTerminal()) throw outNeeded("nobody can be warned before the share shows");
      return true;
    }
    const output = fstatSync(1);
    if (output.isFIFO() || output.isSocket()) return false;
    throw outNeeded("standard output is neither a terminal nor a pipe");
  }

  #toFile(card: ShareCard, rendered: Secret, path: string, given: string): void {
    createFileDurably(path, rendered.reveal());
    this.result(
      fold(
        `The card with ${show(card.custodian)}'s share is in ${show(given, 300)}, open: whoever reads it has the share.\n` +
          `Print it on a printer that keeps no copy, then: shred -u ${shellWord(given)}`,
        process.stdout.columns,
      ),
    );
  }
}

/** The QR library is loaded here only. */
async function render(card: ShareCard, format: Format, screen: boolean): Promise<Secret> {
  if (format === "html") return (await import("../../lib/terminal/card-html.ts")).cardHtml(card);
  return (await import("../../lib/terminal/card-text.ts")).cardText(card, screen ? "screen" : "paper");
}

async function toScreen({ custodian }: ShareCard, rendered: Secret): Promise<void> {
  writeMessage(
    `${show(custodian)}'s share will show on this screen. Nobody but ${show(custodian)} may see it: everybody else ` +
      "looks away or leaves; no camera, no recording, no shared screen.\n",
  );
  const answer = await askLine("Type yes to show it, anything else to stop:", "--out FILE");
  if (answer !== "yes") throw new AbortedError();
  try {
    writeResult(rendered.reveal());
    await askLine("Press Enter to clear the screen:", "--out FILE");
  } finally {
    writeMessage(CLEAR_SCREEN);
  }
}

function outNeeded(why: string): ConclaveError {
  return new ConclaveError("USAGE", `${why}: --out is needed`, { suggestions: ["Give --out FILE"] });
}
