import type { ConclaveError } from "../errors.ts";
import type { GenesisInteraction } from "../quorum/interaction.ts";
import { CLEAR_SCREEN } from "./clear-screen.ts";
import { reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import { newPassphrase } from "./new-passphrase.ts";
import { writeMessage } from "./output.ts";
import { type Passphrases, passphraseOf } from "./share-file.ts";

export interface FoundingOptions {
  passphrases: Passphrases;
  /** The flag that gives those of files. */
  flag: "--passphrase-file" | "--new-passphrase-file";
  /** Whether a weak passphrase is taken: asked for, or in a rehearsal. */
  weak: boolean;
  /** Words that a passphrase must not be made of: names of the vault and its people. */
  context: readonly string[];
  quiet: boolean;
}

/** Leads the custodians of a new vault, or of new shares, through it, one after the other. */
export class Founding implements GenesisInteraction {
  readonly #options: FoundingOptions;
  /** Of files: a pipe (`/dev/fd/3`) can't be read again for the proof. */
  readonly #read = new Map<string, string>();

  constructor(options: FoundingOptions) {
    this.#options = options;
  }

  async newPassphrase(custodian: string, seals: "share" | "exported key" = "share"): Promise<string> {
    const { passphrases, flag, weak, context, quiet } = this.#options;
    const passphrase = await newPassphrase({
      name: custodian,
      seals,
      file: passphrases.files.get(custodian),
      flag: `${flag} ${custodian}=FILE`,
      weak,
      context,
      company: true,
      quiet,
      warn: passphrases.warn,
    });
    if (passphrases.files.has(custodian)) this.#read.set(custodian, passphrase);
    else writeMessage(CLEAR_SCREEN);
    return passphrase;
  }

  async provePassphrase(custodian: string, file: string): Promise<string> {
    const read = this.#read.get(custodian);
    if (read !== undefined) return read;
    const { passphrases } = this.#options;
    if (!passphrases.files.has(custodian))
      writeMessage(`\n${show(custodian)}, prove your share: it is opened again from ${show(file, 300)}\n`);
    return passphraseOf(custodian, `${custodian}: your passphrase`, passphrases);
  }

  async proofRefused(custodian: string, error: ConclaveError): Promise<boolean> {
    if (this.#options.passphrases.files.has(custodian)) return false;
    reportError(error);
    return true;
  }

  async proved(custodian: string, file: string): Promise<void> {
    if (!this.#options.quiet) writeMessage(`${show(custodian)} proved the share in ${show(file, 300)}\n`);
  }
}
