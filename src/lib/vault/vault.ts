import type { KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AuditChain, EntryTypes } from "../audit/chain.ts";
import { type EachEntry, type VerifyOptions, verifyChain, verifyLinks } from "../audit/verify.ts";
import { type Clock, timestamp } from "../clock.ts";
import { publicKeyOf } from "../crypto/signature.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { type Anchor, adoptAnchor, knownHostKeys, loadAnchor, saveAnchor } from "../host/anchor.ts";
import { assertPrivateDirectory, assertPrivateFile, assertPrivatePlace } from "../host/directory.ts";
import { hostKeyPath, loadHostKey } from "../host/host-key.ts";
import { openSqlite } from "../storage/sqlite.ts";
import type { Reader, Storage, Writer } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { readIdentity } from "./identity.ts";
import { settleOutputs } from "./settle-outputs.ts";
import type { GivenStreams } from "./unlocked.ts";

/** What a vault is opened with: where this machine's memory lies, which entries there are, what time it is. */
export interface Surroundings {
  /** The state directory, apart from the vault. */
  state: string;
  types: EntryTypes;
  clock: Clock;
  /** How long to wait for another process, in milliseconds. */
  lockTimeoutMs: number;
  progress?: VerifyOptions["progress"];
  /** Told of how far a long act has come, as `progress` is of a verification. */
  acting?: VerifyOptions["progress"];
  /** Told of what a host should not be like, though it is no reason to refuse. */
  warn?: (message: string) => void;
  /** Paths of files that an act may read. */
  inputs?: readonly string[];
  /** What came through a pipe for an act. */
  piped?: Uint8Array | undefined;
  /** What an act reads and makes that is too large for memory. */
  streams?: GivenStreams | undefined;
}

/** What a transaction over a verified chain works with. */
export interface Act {
  writer: Writer;
  chain: AuditChain;
}

/** Where the database of a vault lies. */
export function databasePath(path: string): string {
  return join(path, "vault.db");
}

/**
 * Open a vault, locked.
 *
 * @throws ConclaveError NOT_FOUND, HOST_PREFLIGHT, INTEGRITY
 */
export async function openVault(directory: string, surroundings: Surroundings): Promise<Vault> {
  const path = resolve(directory);
  try {
    assertPrivateDirectory(path);
    assertPrivateFile(databasePath(path));
    assertPrivatePlace(surroundings.state);
  } catch (error) {
    if (!isConclaveError(error, "NOT_FOUND")) throw error;
    assertNotRemembered(path, surroundings.state);
    throw new ConclaveError("NOT_FOUND", `no vault at ${path}`, {
      cause: error,
      suggestions: ["Name it with --vault or CONCLAVE_VAULT", "Make one with conclave init"],
    });
  }
  const storage = openSqlite(databasePath(path), surroundings);
  try {
    const identity = await readIdentity(storage);
    adoptAnchor(surroundings.state, identity);
    return new Vault(path, storage, identity, surroundings);
  } catch (error) {
    await storage[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * A folder without database is no vault, unless this machine remembers its host key: then somebody removed it.
 * @throws IntegrityError
 */
export function assertNotRemembered(path: string, state: string): void {
  if (!existsSync(hostKeyPath(path))) return;
  if (knownHostKeys(state).includes(publicKeyOf(loadHostKey(path)))) {
    throw new IntegrityError("vault.db", `is missing, but this machine remembers the vault at ${path}`);
  }
}

/** An open, locked vault. Reads may be made at any time; what changes it runs over a verified chain. */
export class Vault implements AsyncDisposable {
  readonly path: string;
  readonly identity: Row<"vault">;
  readonly clock: Clock;
  /** This machine's state directory. */
  readonly state: string;
  readonly #storage: Storage;
  readonly #surroundings: Surroundings;
  readonly #warned = new Set<string>();

  /** @param storage taken over */
  constructor(path: string, storage: Storage, identity: Row<"vault">, surroundings: Surroundings) {
    this.path = path;
    this.identity = identity;
    this.clock = surroundings.clock;
    this.state = surroundings.state;
    this.#storage = storage;
    this.#surroundings = surroundings;
  }

  get warn(): ((message: string) => void) | undefined {
    return this.#surroundings.warn;
  }

  /** Warn, of the same thing once only. */
  warnOnce(message: string): void {
    if (!this.#warned.has(message)) this.warn?.(message);
    this.#warned.add(message);
  }

  get inputs(): readonly string[] {
    return this.#surroundings.inputs ?? [];
  }

  get piped(): Uint8Array | undefined {
    return this.#surroundings.piped;
  }

  get streams(): GivenStreams | undefined {
    return this.#surroundings.streams;
  }

  get acting(): VerifyOptions["progress"] {
    return this.#surroundings.acting;
  }

  /** The vault as it stands, not verified. */
  get reader(): Reader {
    return this.#storage;
  }

  /** What this machine remembers of the vault. @throws IntegrityError if the vault is another than it remembers */
  anchor(): Anchor | undefined {
    const anchor = loadAnchor(this.state, this.identity.id);
    if (anchor === undefined) return undefined;
    for (const member of ["genesis", "epoch", "hostKey"] as const) {
      if (anchor[member] !== this.identity[member]) {
        throw new IntegrityError(
          "vault",
          `its ${member} is ${this.identity[member]}, this machine remembers ${anchor[member]}`,
        );
      }
    }
    return anchor;
  }

  /** The key with which this host signs. @throws ConclaveError HOST_PREFLIGHT, or INTEGRITY if it isn't the chain's */
  hostKey(): KeyObject {
    const key = loadHostKey(this.path);
    if (publicKeyOf(key) !== this.identity.hostKey)
      throw new IntegrityError("host.key", "is not the key of this vault's host");
    return key;
  }

  /**
   * Verify everything, with the vault locked; nothing is written, this machine's anchor neither.
   * @param full verify signatures of the whole chain, also those that this machine verified before
   * @throws IntegrityError what is wrong, and where
   */
  async verify(full = false, each?: EachEntry): Promise<AuditChain> {
    const anchor = this.anchor();
    const verified = full ? undefined : anchor?.verified;
    return this.#storage.snapshot(async (reader) => this.#verifyWhole(reader, verified, each));
  }

  /** Look at one moment of the vault, not verified, whatever other processes write meanwhile. */
  async snapshot<R>(look: (reader: Reader) => Promise<R>): Promise<R> {
    return this.#storage.snapshot(look);
  }

  get lockTimeoutMs(): number {
    return this.#surroundings.lockTimeoutMs;
  }

  /**
   * Copy the database as it is at one moment, and verify the copy as `verify` does the vault.
   *
   * @param path an empty file of mode 0600, made by the caller
   * @returns the copy, open; the caller's to dispose of
   * @throws IntegrityError what is wrong, and where; BUSY, HOST_IO
   */
  async copyTo(path: string): Promise<Storage> {
    const anchor = this.anchor(); // before the copy, which then can't be behind it
    await this.#storage.copyTo(path);
    const { types, progress } = this.#surroundings;
    const copy = openSqlite(path, this.#surroundings);
    try {
      await copy.checkStructure();
      const known = { anchor: anchor?.head, verified: anchor?.verified ?? undefined };
      await copy.snapshot((reader) => verifyChain(reader, { types, progress, ...known }));
      return copy;
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Change the vault in one transaction over the wholly verified chain. The new checkpoint is stored
   * in it; this machine's anchor follows the commit. What a process that was killed left of its outputs is settled before.
   */
  async act<R>(run: (act: Act) => Promise<R>): Promise<R> {
    return this.#transact((writer, anchor) => this.#verifyWhole(writer, anchor?.verified), true, run);
  }

  /** Append to the locked vault what needs no quorum: hashes, links, checkpoint and anchor are verified before. */
  async actLocked<R>(run: (act: Act) => Promise<R>): Promise<R> {
    return this.#transact(
      (writer, anchor) =>
        verifyLinks(writer, this.identity.hostKey, { types: this.#surroundings.types, anchor: anchor?.head }),
      false,
      run,
    );
  }

  /**
   * Let this machine's anchor follow the chain.
   * @param verified whether all of its signatures were verified
   * @param recoveries hashes of entries to remember as accepted, beside those that are
   */
  async remember(chain: AuditChain, verified: boolean, recoveries: readonly string[] = []): Promise<void> {
    const known = loadAnchor(this.state, this.identity.id);
    const head = { size: chain.size, root: chain.tree.root() };
    const { id, genesis, epoch, hostKey } = this.identity;
    saveAnchor(this.state, {
      version: 1,
      vault: id,
      genesis,
      epoch,
      hostKey,
      role: "host",
      head,
      time: timestamp(chain.timeOf(chain.size)),
      verified: verified ? head : (known?.verified ?? null),
      manifests: await this.#currentManifests(),
      recoveries: [...new Set([...(known?.recoveries ?? []), ...recoveries])],
      replaced: known?.replaced ?? [],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage[Symbol.asyncDispose]();
  }

  async #currentManifests(): Promise<string[]> {
    const rows = await Array.fromAsync(this.reader.rows("generations"));
    const current = rows.filter(({ state }) => state === "active" || state === "pending");
    return current.map(({ manifestHash }) => manifestHash);
  }

  async #verifyWhole(reader: Reader, verified: Anchor["verified"] | undefined, each?: EachEntry): Promise<AuditChain> {
    await this.#storage.checkStructure();
    const { types, progress } = this.#surroundings;
    return verifyChain(reader, { types, anchor: this.anchor()?.head, verified: verified ?? undefined, progress, each });
  }

  async #transact<R>(
    verify: (writer: Writer, anchor: Anchor | undefined) => Promise<AuditChain>,
    whole: boolean,
    run: (act: Act) => Promise<R>,
  ): Promise<R> {
    await settleOutputs(this);
    const hostKey = this.hostKey();
    const { result, chain } = await this.#storage.transaction(async (writer) => {
      const chain = await verify(writer, this.anchor());
      const result = await run({ writer, chain });
      await chain.storeCheckpoint(writer, hostKey);
      return { result, chain };
    });
    // Only an approved act makes a vault this machine's: its custodians' share files name the genesis.
    if (whole || this.anchor() !== undefined) await this.remember(chain, whole);
    return result;
  }
}
