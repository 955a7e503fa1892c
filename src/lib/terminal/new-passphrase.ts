import { ConclaveError } from "../errors.ts";
import { passphraseWeakness } from "../share/passphrase.ts";
import { reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import { writeMessage } from "./output.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { hasTerminal } from "./prompt.ts";
import { askPassphrase } from "./secret-prompt.ts";

/** A passphrase that somebody is to choose. */
export interface PassphraseChoice {
  /** Whose. */
  name: string;
  /** What it is to seal: "share", "identity", "exported key". */
  seals: string;
  /** File that holds it; asked for twice on the terminal if there is none. */
  file: string | undefined;
  /** The flag that names such a file, as it is typed. */
  flag: string;
  /** Whether a weak one is taken. */
  weak: boolean;
  /** Words that it must not be made of: names of the vault and its people. */
  context: readonly string[];
  /** Whether others stand by, who are asked to look away. */
  company?: boolean;
  quiet: boolean;
  /** Told of a file that others can read. */
  warn: (message: string) => void;
}

/**
 * A new passphrase, strong unless a weak one will do.
 * @throws {ConclaveError} PASSPHRASE_WEAK of a file's; USAGE: no terminal; ABORTED
 */
export async function newPassphrase(choice: PassphraseChoice): Promise<string> {
  const { name, seals, file, weak, context, warn } = choice;
  for (;;) {
    const passphrase = file === undefined ? await askTwice(choice) : readPassphraseFile(file, warn);
    const weakness = weak ? undefined : await passphraseWeakness(passphrase, context);
    if (weakness === undefined) return passphrase;
    const error = new ConclaveError("PASSPHRASE_WEAK", `${name}'s passphrase is weak: ${weakness}`, {
      suggestions: [
        "Take six or more random words",
        `Give --unsafe-weak-passphrase if the ${seals} file is guarded otherwise`,
      ],
    });
    if (file !== undefined) throw error;
    reportError(error);
  }
}

async function askTwice({ name, seals, flag, company = false, quiet }: PassphraseChoice): Promise<string> {
  const away = company ? " The others look away." : "";
  const choose =
    seals === "exported key"
      ? `Choose the passphrase that seals the exported key ${show(name)}.`
      : `${show(name)}, choose the passphrase of your ${seals}.`;
  if (!quiet && hasTerminal()) writeMessage(`${choose}${away}\n`);
  for (;;) {
    const first = await askPassphrase(`${name}: new passphrase`, flag);
    if ((await askPassphrase(`${name}: once more`, flag)) === first) return first;
    writeMessage("The two differ. Choose again: it is typed twice.\n");
  }
}
