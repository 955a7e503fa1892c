import type { KeyObject } from "node:crypto";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { hashBackup } from "../../src/lib/backup/backup-file.ts";
import { type BackupMade, createBackup } from "../../src/lib/backup/create.ts";
import { parseDestination } from "../../src/lib/backup/destination.ts";
import { type BackupHead, writeHead } from "../../src/lib/backup/head.ts";
import { keepRestore, keptHostKey } from "../../src/lib/backup/kept-restore.ts";
import { type PreparedRestore, prepareRestore, prepareRestoreFile } from "../../src/lib/backup/prepare-restore.ts";
import { executeRestore, type Restored } from "../../src/lib/backup/restore.ts";
import { concat } from "../../src/lib/bytes.ts";
import { ACTIONS } from "../../src/lib/catalogue.ts";
import { sha256Hex } from "../../src/lib/crypto/digest.ts";
import { newHostKey } from "../../src/lib/crypto/signature.ts";
import { loadSession } from "../../src/lib/host/sessions.ts";
import type { Interaction } from "../../src/lib/quorum/interaction.ts";
import { parsePlanFile, writePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { newSession, openSession } from "../../src/lib/quorum/session.ts";
import { quorumInForce, rootQuorum } from "../../src/lib/quorum/state.ts";
import type { Secret } from "../../src/lib/secret.ts";
import { combineShares } from "../../src/lib/share/shamir.ts";
import { backupSeed } from "../../src/lib/vault/hierarchy.ts";
import { MadeVault } from "./vault.ts";
import { workspace } from "./workspace.ts";

/** Back a vault up into folders of its place, or to commands. @returns what came of it */
export async function backUp(made: MadeVault, ...to: string[]): Promise<BackupMade> {
  const places = to.length === 0 ? ["backups"] : to;
  const destinations = places.map((text) => parseDestination(text.startsWith("exec:") ? text : made.place.file(text)));
  await mkdir(made.place.file("backups"), { recursive: true, mode: 0o700 });
  await using vault = await made.open();
  return await createBackup(vault, { to: destinations, tool: "conclave/test" });
}

/** The same, into one folder. @returns path of the file */
export async function backUpFile(made: MadeVault, folder = "backups"): Promise<string> {
  const { name } = await backUp(made, folder);
  return join(made.place.file(folder), name);
}

/** Another host that has nothing but the program, to which the custodians of a vault come with their shares. */
export async function emptyHost(made: MadeVault): Promise<MadeVault> {
  const host = new MadeVault(await workspace(), made.custodians, {
    clock: made.surroundings.clock,
    types: made.surroundings.types,
  });
  await cp(made.place.file("shares"), host.place.file("shares"), { recursive: true });
  for (const name of made.custodians) await host.place.write(`${name}.passphrase`, `${made.passphrase(name)}\n`);
  return host;
}

export interface RestoreOptions {
  olderThanAnchor?: boolean;
  people?: Interaction;
}

/** Prepare a restore plan on a host. */
export function prepare(
  host: MadeVault,
  path: string,
  { olderThanAnchor = false }: RestoreOptions = {},
): PreparedRestore {
  const file = hashBackup(path);
  const request = { file, path: host.path, hostKey: newHostKey(), olderThanAnchor, reason: "a test" };
  return prepareRestore(request, ACTIONS, host.surroundings);
}

/** Restore on a host, with alice and bob in the room. */
export async function restore(host: MadeVault, path: string, options: RestoreOptions = {}): Promise<Restored> {
  const people = options.people ?? host.interaction("alice", "bob");
  return executeRestore(prepare(host, path, options), host.surroundings, people);
}

/** The vault as it is on another host, restored from a backup. @returns the caller's to dispose of, as `made` stays */
export async function restoredElsewhere(made: MadeVault): Promise<MadeVault> {
  const host = await emptyHost(made);
  await restore(host, await backUpFile(made));
  return host;
}

/** A restore plan for custodians elsewhere, as `restore --plan-out` writes it. @returns its bytes */
export async function sendRestore(host: MadeVault, path: string, lifetime = 3_600_000): Promise<Uint8Array> {
  const session = await newSession({ kept: "plain" }, true);
  const request = {
    file: hashBackup(path),
    path: host.path,
    hostKey: newHostKey(),
    olderThanAnchor: false,
    reason: "",
  };
  const { plan, quorum, hostKey } = prepareRestore({ ...request, lifetime, session }, ACTIONS, host.surroundings);
  const { kept, identity } = session;
  keepRestore(host.state, plan.vault, { version: 1, plan: plan.id, expires: plan.expires, kept, identity }, hostKey);
  return writePlanFile(plan, [quorum], hostKey);
}

/** What `restore --plan --approval` does. */
export async function executeSentRestore(
  host: MadeVault,
  path: string,
  bytes: Uint8Array,
  approvals: readonly Uint8Array[],
): Promise<Restored> {
  const planFile = parsePlanFile(bytes);
  const { vault, id } = planFile.plan;
  const target = { file: hashBackup(path), path: host.path, hostKey: keptHostKey(host.state, vault, id) };
  const prepared = prepareRestoreFile(planFile, target, ACTIONS, host.surroundings);
  return executeRestore(prepared, host.surroundings, host.interaction(), {
    approvals: approvals.map((approval, i) => ({ origin: `${i + 1}.approval`, bytes: approval })),
    identity: async () => openSession(loadSession(host.state, vault, id), async () => "none"),
  });
}

/** Seed of the backup identity of a vault's root quorum, by the shares of alice and bob; the caller's to dispose of. */
export async function backupSeedOf(made: MadeVault): Promise<Secret> {
  using owned = new DisposableStack();
  const documents = await Promise.all(["alice", "bob"].map(async (name) => owned.use(await made.document(name))));
  await using vault = await made.open();
  const { id: quorum, generation, manifest } = await quorumInForce(vault.reader, (await rootQuorum(vault.reader)).id);
  const shares = documents.map(({ record }) => record.share);
  using secret = await combineShares(shares, manifest.threshold);
  return backupSeed(secret, { vault: vault.identity.id, quorum, generation });
}

/** A backup in its parts, to be put together otherwise. */
export interface BackupParts {
  head: BackupHead;
  payload: Uint8Array;
}

export function partsOf(bytes: Uint8Array): BackupParts {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const text = Buffer.from(bytes.subarray(0, end)).toString();
  return { head: (JSON.parse(text) as { head: BackupHead }).head, payload: bytes.subarray(end + 2) };
}

/** The bytes of a backup whose head somebody signed who has the host key; its payload is said to be what it is. */
export function signedAnew({ head, payload }: BackupParts, hostKey: KeyObject): Uint8Array {
  const told = { ...head, payload: { size: payload.length, sha256: sha256Hex(payload) } };
  return concat(writeHead(told, hostKey), payload);
}
