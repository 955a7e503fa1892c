import { rmSync } from "node:fs";
import { timestamp } from "../clock.ts";
import { type ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { ioExplained, writeNew } from "../host/files.ts";
import { actor } from "../quorum/actor.ts";
import { quorumInForce, rootQuorum } from "../quorum/state.ts";
import { SCHEMA_VERSION } from "../storage/schema.ts";
import type { Reader } from "../storage/storage.ts";
import type { Vault } from "../vault/vault.ts";
import { type BackupSource } from "./backup-source.ts";
import { type Destination, placeOf } from "./destination.ts";
import { type BackupCreateData, backupCreate } from "./entries.ts";
import { type BackupHead, checkpointOf, writeHead } from "./head.ts";
import { newBackupName } from "./name.ts";
import { sealPayload } from "./payload.ts";
import { inWorkplace, type Workplace } from "./workplace.ts";
import { writeToCommand } from "./write-command.ts";
import { writeToDirectory } from "./write-directory.ts";

/** What a backup is to be. */
export interface BackupRequest {
  /** One at least. */
  to: readonly Destination[];
  /** What writes it, for its head. */
  tool: string;
  progress?: BackupProgress | undefined;
}

/** Told of how far sealing and writing have come, in bytes. */
export interface BackupProgress {
  sealing: (done: number, total: number) => void;
  writing: (done: number, total: number) => void;
}

/** What became of one destination. */
export interface Written {
  destination: Destination;
  /** Why it was not written there. */
  error: ConclaveError | undefined;
}

/** A backup that lies at one destination at least. */
export interface BackupMade extends Omit<BackupCreateData, "places"> {
  destinations: Written[];
  /** Sequence of the entry that tells of it. */
  entry: number;
}

/**
 * Back up a locked vault, without a secret: copy it as it is at one moment, verify the copy, seal it to the backup
 * recipient of the root quorum's generation in force, write it to each destination, and tell of it in the chain.
 *
 * @throws ConclaveError of the first destination if none was written; REFUSED while the root quorum is pending;
 *   INTEGRITY, BUSY, HOST_IO
 */
export async function createBackup(vault: Vault, request: BackupRequest): Promise<BackupMade> {
  await quorumInForce(vault.reader, (await rootQuorum(vault.reader)).id);
  return inWorkplace(vault.path, "backup", vault, async (place) => {
    const { source, told } = await makeBackup(vault, request, place);
    const destinations: Written[] = [];
    const hashes: string[] = [];
    for (const destination of request.to) {
      try {
        hashes.push(await write(destination, source, vault, request.progress));
        destinations.push({ destination, error: undefined });
      } catch (error) {
        if (!isConclaveError(error)) throw error;
        destinations.push({ destination, error });
      }
    }
    const sha256 = hashes[0];
    if (sha256 === undefined) throw destinations[0]?.error ?? new TypeError("a backup to nowhere");
    if (hashes.some((hash) => hash !== sha256)) throw new IntegrityError("backup", "differs from place to place");
    const places = destinations.flatMap(({ destination, error }) =>
      error === undefined ? [placeOf(destination)] : [],
    );
    const data = { ...told, sha256 };
    const entry = await record(vault, { ...data, places: [...new Set(places)] });
    return { ...data, destinations, entry };
  });
}

/** Everything up to the first byte at a destination. */
async function makeBackup(vault: Vault, { tool, progress }: BackupRequest, place: Workplace) {
  const time = timestamp(vault.clock());
  ioExplained(place.copy, () => writeNew(place.copy, new Uint8Array()));
  const { identity, root, quorums, checkpoint } = await copyOf(vault, place.copy);
  const { id, name: vaultName, epoch, genesis, hostKey } = identity;
  const payload = await sealPayload(place.copy, place.payload, root.manifest.backupRecipient, progress?.sealing);
  ioExplained(place.copy, () => rmSync(place.copy));
  const head: BackupHead = {
    type: "backup",
    version: 1,
    schema: SCHEMA_VERSION,
    vault: id,
    name: vaultName,
    epoch,
    genesis,
    hostKey,
    checkpoint,
    time,
    tool,
    manifest: root.manifest,
    handovers: [...root.handovers],
    quorums,
    payload,
  };
  const bytes = writeHead(head, vault.hostKey());
  const { size: entries, root: treeRoot } = checkpointOf(head);
  const name = newBackupName(vault.identity, time);
  const source: BackupSource = { name, head: bytes, payload: place.payload, size: bytes.length + payload.size };
  const told = {
    name,
    size: source.size,
    head: { size: entries, root: treeRoot },
    generation: root.generation,
    manifest: root.manifestHash,
  };
  return { source, told };
}

/** Copy the vault, verify the copy, and read from it what the head says. */
async function copyOf(vault: Vault, path: string) {
  await using copy = await vault.copyTo(path);
  const root = await quorumInForce(copy, (await rootQuorum(copy)).id);
  const checkpoint = (await copy.find("checkpoint", { id: 1 }))?.note;
  const identity = await copy.find("vault", {});
  if (checkpoint === undefined || identity === undefined) throw new IntegrityError("checkpoint", "is missing");
  return { identity, root, quorums: await otherQuorums(copy, root.id), checkpoint };
}

async function otherQuorums(reader: Reader, root: string): Promise<BackupHead["quorums"]> {
  const others: BackupHead["quorums"] = [];
  for await (const { id } of reader.rows("quorums")) {
    if (id === root || (await reader.find("generations", { quorum: id, state: "active" })) === undefined) continue;
    const { name, generation, manifest } = await quorumInForce(reader, id);
    others.push({ name, generation, threshold: manifest.threshold, custodians: manifest.custodians.length });
  }
  return others;
}

async function write(
  destination: Destination,
  source: BackupSource,
  vault: Vault,
  progress: BackupProgress | undefined,
): Promise<string> {
  if (destination.kind === "exec") return writeToCommand(destination.command, source, progress?.writing);
  return writeToDirectory(destination.path, source, vault.identity, progress?.writing);
}

async function record(vault: Vault, data: BackupCreateData): Promise<number> {
  const { id, epoch } = vault.identity;
  return vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, timestamp(vault.clock()), actor(), { type: backupCreate.type, data }),
  );
}
