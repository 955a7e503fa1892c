import { MadeVault } from "./vault.ts";
import type { Workspace } from "./workspace.ts";

/** Who guards the vaults of the mutating commands. */
export const CUSTODIANS = ["alice", "bob"] as const;
export const SHARE_FILES = CUSTODIANS.map((name) => `${name}.share`);

const PASSPHRASES = CUSTODIANS.flatMap((name) => ["--passphrase-file", `${name}=${name}.passphrase`]);

export const VAULT = ["--vault", "vault"] as const;

/** Words of the command that makes their vault. */
export const INIT = [
  ..."init --rehearsal --vault vault --threshold 2 --custodian alice --custodian bob --shares-dir shares".split(" "),
  ...PASSPHRASES,
  "--yes",
];

/** Flags by which both approve, with files at hand. */
export const AT_HAND = [...SHARE_FILES.flatMap((file) => ["--share", `shares/${file}`]), ...PASSPHRASES, "--yes"];

/** The vault of a prepared place, in process. */
export function vaultOf(place: Workspace): MadeVault {
  return new MadeVault(place, CUSTODIANS);
}

/** What every place has before it is prepared. */
export async function writePassphrases(place: Workspace): Promise<void> {
  for (const name of CUSTODIANS) await place.write(`${name}.passphrase`, `${vaultOf(place).passphrase(name)}\n`);
}

/** Make their vault. */
export async function found(place: Workspace): Promise<void> {
  const seen = await place.run(...INIT);
  if (seen.status !== 0) throw new Error(String(seen));
}
