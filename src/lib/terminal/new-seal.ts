import type { Seal } from "../custodian/protect-share.ts";
import { openIdentity } from "./identity-file.ts";
import { parseNamed } from "./named-files.ts";
import { newPassphrase } from "./new-passphrase.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { askPassphrase } from "./secret-prompt.ts";

export interface NewSealOptions {
  "new-identity": string | undefined;
  "new-passphrase-file": readonly string[];
  "unsafe-weak-passphrase": boolean;
  rehearsal: boolean;
  quiet: boolean;
  warn: (message: string) => void;
}

/**
 * What a custodian's share is to be sealed to, with all that opens it again.
 *
 * @param recipients if not a passphrase of the custodian's choice
 * @param ageIdentities that opened the old file
 * @throws ConclaveError USAGE, PASSPHRASE_WEAK, IDENTITY_*, SHARE_PASSPHRASE of the new identity
 */
export async function newSeal(
  name: string,
  recipients: readonly string[] | undefined,
  ageIdentities: readonly string[],
  options: NewSealOptions,
): Promise<Seal> {
  const { rehearsal, quiet, warn } = options;
  const files = parseNamed(options["new-passphrase-file"], "--new-passphrase-file");
  const flag = `--new-passphrase-file ${name}=FILE`;
  if (recipients === undefined) {
    const passphrase = await newPassphrase({
      name,
      seals: "share",
      file: files.get(name),
      flag,
      weak: options["unsafe-weak-passphrase"] || rehearsal,
      context: [name, "conclave"],
      quiet,
      warn,
    });
    return { to: "passphrase", passphrase };
  }
  const path = options["new-identity"];
  if (path === undefined) return { to: "recipients", recipients, identities: ageIdentities };
  const file = files.get(name);
  const question = `${name}'s passphrase for the new identity`;
  using identity = await openIdentity(name, path, async () =>
    file === undefined ? askPassphrase(question, flag) : readPassphraseFile(file, warn),
  );
  return { to: "recipients", recipients, identities: [...ageIdentities, ...identity.ageIdentities] };
}
