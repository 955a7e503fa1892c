import { dirname, resolve } from "node:path";
import { AuditChain } from "../audit/chain.ts";
import { timestamp } from "../clock.ts";
import { randomSecret, randomUuid } from "../crypto/random.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../crypto/signature.ts";
import { assertPrivateDirectory, assertPrivatePlace, createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, syncDirectory } from "../host/files.ts";
import { saveHostKey } from "../host/host-key.ts";
import { createSqlite } from "../storage/sqlite.ts";
import { wrapKek } from "../vault/hierarchy.ts";
import { assertReady } from "../vault/ready.ts";
import { databasePath, type Surroundings, Vault } from "../vault/vault.ts";
import { actor } from "./actor.ts";
import type { GenesisData } from "./genesis-entry.ts";
import type { GenesisInteraction } from "./interaction.ts";
import { NewGeneration } from "./new-generation.ts";
import { describeShareFiles, type SealedShare, temporaryName } from "./new-shares.ts";
import { proveShares } from "./prove.ts";
import { checkSeats, type SeatRequest } from "./seat-request.ts";
import { ROOT_QUORUM, rootQuorum } from "./state.ts";

/** What genesis makes: the vault, its root quorum, the first shares. */
export interface GenesisRequest {
  /** Directory of the new vault; may exist if it is empty. */
  path: string;
  /** What people call the vault. */
  name: string;
  threshold: number;
  custodians: readonly SeatRequest[];
  rehearsal: boolean;
}

/** Name of the first keyring, under the root quorum. */
const FIRST_KEYRING = "default";

/**
 * Make a vault that is pending, write the sealed shares, and let each custodian in the room prove to have
 * one; those who enrolled prove theirs at an own desk. The last proof puts the vault in force; until then
 * `init` can simply be run again.
 *
 * @returns the open vault, the caller's to dispose of
 */
export async function createVault(
  request: GenesisRequest,
  surroundings: Surroundings,
  interaction: GenesisInteraction,
): Promise<Vault> {
  await assertReady(surroundings.warn);
  checkSeats(request.path, request.threshold, request.custodians);
  assertPrivatePlace(request.path);
  const passphrases = new Map<string, string>();
  for (const { name, enrolment } of request.custodians) {
    if (enrolment === undefined) passphrases.set(name, await interaction.newPassphrase(name));
  }
  for (const { shareFile } of request.custodians) createPrivateDirectory(dirname(resolve(shareFile)));
  createPrivateDirectory(request.path);
  assertPrivateDirectory(request.path);
  const { vault, shares } = await commitGenesis(request, surroundings, passphrases);
  try {
    for (const { name, file, bytes } of shares) {
      createFileDurably(file, bytes, temporaryName(file, name, vault.identity.id));
    }
    await proveShares(vault, (await rootQuorum(vault.reader)).id, interaction);
    return vault;
  } catch (error) {
    await vault[Symbol.asyncDispose]();
    throw error;
  }
}

/** Everything that holds secrets, in one block: when it ends, only the sealed shares are left. */
async function commitGenesis(
  request: GenesisRequest,
  surroundings: Surroundings,
  passphrases: ReadonlyMap<string, string>,
): Promise<{ vault: Vault; shares: SealedShare[] }> {
  const place = { vault: randomUuid(), quorum: randomUuid(), generation: 1 };
  const epoch = randomUuid();
  const { threshold, custodians, rehearsal } = request;
  const wanted = { ...place, name: ROOT_QUORUM, threshold, custodians, rehearsal, previous: null };
  using made = await NewGeneration.make(wanted, { passphrases, custodianSeeds: new Map() });
  const { manifest } = made;
  using hostSeed = generateSigningSeed();
  const hostKey = signingKey(hostSeed);
  using kek = randomSecret(32);
  const keyring = { id: randomUuid(), name: FIRST_KEYRING };
  const wrapped = wrapKek(made.key, kek, { ...place, keyring: keyring.id, version: 1 });
  const data: GenesisData = {
    name: request.name,
    manifest,
    hostKey: publicKeyOf(hostKey),
    keyring: { ...keyring, blob: wrapped.hash },
  };

  const time = timestamp(surroundings.clock());
  const chain = new AuditChain(surroundings.types);
  let shares: SealedShare[] = [];
  const path = databasePath(request.path);
  createFileDurably(path, new Uint8Array()); // first of all: another init now knows of this one, by its lock
  const storage = await createSqlite(path, surroundings, async (writer) => {
    saveHostKey(request.path, hostKey);
    const at = { vault: place.vault, epoch };
    await chain.append(writer, at, time, actor(), { type: "genesis", data });
    shares = await made.seal(request.name, { vault: place.vault, genesis: chain.head, epoch, host: data.hostKey });
    const files = describeShareFiles(shares);
    await chain.append(writer, at, time, actor(), { type: "genesis.shares", data: { files } });
    await writer.insert("blobs", wrapped);
    await chain.storeCheckpoint(writer, hostKey);
  });
  syncDirectory(request.path);
  const identity = await storage.find("vault", {});
  if (identity === undefined) throw new TypeError("genesis made no vault");
  const vault = new Vault(request.path, storage, identity, surroundings);
  await vault.remember(chain, true);
  return { vault, shares };
}
