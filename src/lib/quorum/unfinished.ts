import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { publicKeyOf } from "../crypto/signature.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { forgetAnchor, knownHostKeys } from "../host/anchor.ts";
import { assertPrivateDirectory } from "../host/directory.ts";
import { ioExplained, removeFileDurably } from "../host/files.ts";
import { hostKeyPath, loadHostKey } from "../host/host-key.ts";
import { EmptyVaultError } from "../storage/assert-schema.ts";
import { holdingSqlite } from "../storage/sqlite.ts";
import type { Row } from "../storage/tables.ts";
import { databasePath, openVault, type Surroundings } from "../vault/vault.ts";
import { removeShareFiles } from "./share-files.ts";

/** What an earlier `init` left in a folder. */
export type Unfinished =
  | { kind: "nothing" }
  /** It died before its first commit: nothing that anybody holds depends on it. */
  | { kind: "debris" }
  /** Its shares were made; some custodians have proved theirs, others have not. */
  | { kind: "pending"; vault: Row<"vault">; proved: string[]; unproved: string[] };

/** Files that genesis makes in the folder of a vault. */
const GENESIS_FILE = /^(?:vault\.db(?:-journal)?|host\.key|\.(?:vault\.db|host\.key)\.[0-9]+)$/;

/**
 * Look at the folder in which a vault is to be made.
 * @throws ConclaveError EXISTS: a vault in force, or a folder with other things in it; INTEGRITY; HOST_PREFLIGHT
 */
export async function findUnfinished(path: string, surroundings: Surroundings): Promise<Unfinished> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { kind: "nothing" };
  assertPrivateDirectory(path);
  const names = ioExplained(path, () => readdirSync(path));
  if (names.length === 0) return { kind: "nothing" };
  removeSecondNames(path, names);
  if (!names.includes("vault.db") || (await isEmpty(path, surroundings))) {
    const foreign = names.find((name) => !GENESIS_FILE.test(name));
    if (foreign !== undefined)
      throw new ConclaveError("EXISTS", `${path} is not empty: it holds ${foreign}`, {
        suggestions: ["Name a new folder"],
      });
    assertNeverInForce(path, surroundings.state);
    return { kind: "debris" };
  }
  await using vault = await openVault(path, surroundings);
  if ((await vault.reader.find("generations", { state: "active" })) !== undefined) {
    throw new ConclaveError("EXISTS", `a vault exists already at ${path}`, {
      suggestions: ["Name another folder with --vault"],
    });
  }
  const proved: string[] = [];
  const unproved: string[] = [];
  for await (const { custodian, confirmed } of vault.reader.rows("seats"))
    (confirmed === null ? unproved : proved).push(custodian);
  return { kind: "pending", vault: vault.identity, proved: proved.sort(), unproved: unproved.sort() };
}

/**
 * Remove what `findUnfinished` found: of a pending vault its share files too, each only if it still is
 * the recorded one to the byte. The database goes last, so that a crash leaves it to be found again.
 *
 * @returns share files that were left, since they are not as they were written
 * @throws ConclaveError BUSY if another init is at work there; EXISTS if it has put the vault in force meanwhile
 */
export async function removeUnfinished(path: string, found: Unfinished, surroundings: Surroundings): Promise<string[]> {
  if (found.kind === "nothing") return [];
  const database = databasePath(path);
  if (lstatSync(database, { throwIfNoEntry: false }) === undefined) return remove(path, found, surroundings);
  return holdingSqlite(database, surroundings, async () => {
    if (!isSame(await findUnfinished(path, surroundings), found)) {
      throw new ConclaveError("BUSY", `another init is at work at ${path}: its genesis went on meanwhile`, {
        suggestions: ["Wait for it to end", "Name another folder with --vault"],
      });
    }
    return remove(path, found, surroundings);
  });
}

/** Whether nobody went on with a genesis since it was found. */
function isSame(now: Unfinished, before: Unfinished): boolean {
  if (now.kind !== "pending" || before.kind !== "pending") return now.kind === before.kind;
  return now.vault.id === before.vault.id && now.proved.length === before.proved.length;
}

async function remove(path: string, found: Unfinished, surroundings: Surroundings): Promise<string[]> {
  const left = found.kind === "pending" ? await removeShares(path, surroundings) : [];
  if (found.kind === "pending") forgetAnchor(surroundings.state, found.vault.id);
  const names = ioExplained(path, () => readdirSync(path)).filter((name) => GENESIS_FILE.test(name));
  for (const name of names.filter((other) => other !== "vault.db")) removeFileDurably(join(path, name));
  removeFileDurably(databasePath(path));
  return left;
}

/** A crash between giving a file its name and taking the temporary one away left it with both. */
function removeSecondNames(path: string, names: readonly string[]): void {
  for (const temporary of names) {
    const name = /^\.(vault\.db|host\.key)\.[0-9]+$/.exec(temporary)?.[1];
    if (name === undefined || !names.includes(name)) continue;
    const inode = (file: string) => lstatSync(join(path, file)).ino;
    if (inode(temporary) === inode(name)) removeFileDurably(join(path, temporary));
  }
}

async function removeShares(path: string, surroundings: Surroundings): Promise<string[]> {
  await using vault = await openVault(path, surroundings);
  return removeShareFiles(await Array.fromAsync(vault.reader.rows("seats")), vault.identity.id);
}

/** An emptied vault must not pass for debris: this machine remembers the host keys of vaults that had a commit. */
function assertNeverInForce(path: string, state: string): void {
  if (lstatSync(hostKeyPath(path), { throwIfNoEntry: false }) === undefined) return;
  if (knownHostKeys(state).includes(publicKeyOf(loadHostKey(path)))) {
    throw new IntegrityError("vault.db", `is empty, but this machine remembers the vault at ${path}`);
  }
}

async function isEmpty(path: string, surroundings: Surroundings): Promise<boolean> {
  try {
    await using vault = await openVault(path, surroundings);
    return vault === undefined;
  } catch (error) {
    if (error instanceof EmptyVaultError) return true;
    throw error;
  }
}
