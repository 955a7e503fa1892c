import { ACTIONS } from "../../src/lib/catalogue.ts";
import { ConclaveError } from "../../src/lib/errors.ts";
import { planKeyCreate } from "../../src/lib/key/request.ts";
import { executePlan } from "../../src/lib/quorum/execute.ts";
import type { Interaction } from "../../src/lib/quorum/interaction.ts";
import { preparePlan } from "../../src/lib/quorum/prepare.ts";
import { Founding } from "../../src/lib/terminal/founding.ts";
import { Gathering } from "../../src/lib/terminal/gathering.ts";
import { type MadeVault, PLAIN_KEY } from "./vault.ts";

/** A share file at hand. */
export interface AtHand {
  name: string;
  path: string;
  /** Path of the passphrase file. */
  passphrase: string;
}

/** Try to make a key `name`. @returns why it was refused, or undefined */
export async function attempt(
  made: MadeVault,
  people: Interaction,
  name = "attempted",
): Promise<ConclaveError | undefined> {
  await using vault = await made.open();
  const planned = await planKeyCreate(vault.reader, { ...PLAIN_KEY, name, algorithm: "aes-256" });
  const prepared = await preparePlan(vault, ACTIONS, { actions: [planned], reason: "an attempt" });
  try {
    await executePlan(vault, prepared, people);
    return undefined;
  } catch (error) {
    if (error instanceof ConclaveError) return error;
    throw error;
  }
}

/** What `--share` and `--passphrase-file` make of files, without a terminal. */
export function atHand(files: readonly AtHand[]): Interaction {
  const passphrases = {
    files: new Map(files.map(({ name, passphrase }) => [name, passphrase])),
    warn: () => undefined,
  };
  const shares = files.map(({ name, path }) => ({ name, path }));
  const keys = { passphrases, identities: new Map<string, string>() };
  const founding = new Founding({ passphrases, flag: "--new-passphrase-file", weak: true, context: [], quiet: true });
  return new Gathering({ shares, keys, room: false, mayWait: false, yes: true, quiet: true, founding });
}

/** A custodian's own files. */
export function ownFiles(made: MadeVault, name: string): AtHand {
  return { name, path: made.share(name), passphrase: made.place.file(`${name}.passphrase`) };
}
