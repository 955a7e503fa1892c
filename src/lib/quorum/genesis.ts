import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { AuditChain } from "../audit/chain.ts";
import { hex } from "../bytes.ts";
import { timestamp } from "../clock.ts";
import { hybridRecipient } from "../crypto/age-recipient.ts";
import { sha256 } from "../crypto/digest.ts";
import { randomSecret, randomUuid } from "../crypto/random.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { assertPrivateDirectory, assertPrivatePlace, createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, syncDirectory } from "../host/files.ts";
import { saveHostKey } from "../host/host-key.ts";
import type { Secret } from "../secret.ts";
import { writeDocument } from "../share/document.ts";
import type { Pin } from "../share/pin.ts";
import { quorumTag, vaultPrefix } from "../share/record.ts";
import { SCRYPT_WORK_FACTOR, sealToPassphrase } from "../share/sealed-file.ts";
import { splitSecret } from "../share/shamir.ts";
import type { Share } from "../share/share.ts";
import { shareKey } from "../share/share-key.ts";
import { createSqlite } from "../storage/sqlite.ts";
import { backupSeed, quorumCommitment, quorumKey, wrapKek } from "../vault/hierarchy.ts";
import { assertReady } from "../vault/ready.ts";
import { databasePath, type Surroundings, Vault } from "../vault/vault.ts";
import type { GenesisData } from "./genesis-entry.ts";
import type { GenesisInteraction } from "./interaction.ts";
import { assertThreshold, type Manifest, manifestHash } from "./manifest.ts";
import { proveShares } from "./prove.ts";

/** What genesis makes: the vault, its root quorum, the first shares. */
export interface GenesisRequest {
  /** Directory of the new vault; may exist if it is empty. */
  path: string;
  /** What people call the vault. */
  name: string;
  threshold: number;
  custodians: readonly { name: string; shareFile: string }[];
  rehearsal: boolean;
}

/** Names of the first quorum and of the first keyring, which it guards. */
const ROOT_QUORUM = "root";
const FIRST_KEYRING = "default";

interface NewCustodian {
  name: string;
  file: string;
  share: Share;
  seed: Secret;
  passphrase: string;
}

/** A share file as it will be written. */
interface SealedShare {
  name: string;
  file: string;
  bytes: Uint8Array;
}

/** What can be said of a request by itself. @throws ConclaveError USAGE */
export function checkRequest({ path, threshold, custodians }: GenesisRequest): void {
  assertThreshold(threshold, custodians.length);
  const doubled = custodians.find(({ name }, i) =>
    custodians.some((other, j) => j < i && other.name.toLowerCase() === name.toLowerCase()),
  );
  if (doubled !== undefined)
    throw new ConclaveError(
      "USAGE",
      `custodian ${doubled.name} is named twice: two seats for one person are no dual control`,
    );
  const files = custodians.map(({ shareFile }) => resolve(shareFile));
  for (const [i, file] of files.entries()) {
    if (files.indexOf(file) < i) throw new ConclaveError("USAGE", `${file}: two shares in one file`);
    if (file.startsWith(`${resolve(path)}/`)) {
      throw new ConclaveError("USAGE", `${file} lies in the vault: a share beside what it opens protects nothing`);
    }
  }
}

/** Everything that is checked before anybody is asked for a passphrase. @throws ConclaveError USAGE, EXISTS, HOST_PREFLIGHT */
export function checkGenesis(request: GenesisRequest): void {
  checkRequest(request);
  assertPrivatePlace(request.path);
  const there = request.custodians.map(({ shareFile }) => resolve(shareFile)).find((file) => existsSync(file));
  if (there !== undefined) {
    throw new ConclaveError("EXISTS", `${there} exists already`, {
      suggestions: ["Name another --shares-dir, or move the file away"],
    });
  }
}

/**
 * Make a vault that is pending, write the sealed shares, and let each custodian prove to have one.
 * The last proof puts the vault in force; until then `init` can simply be run again.
 *
 * @returns the open vault, the caller's to dispose of
 */
export async function createVault(
  request: GenesisRequest,
  surroundings: Surroundings,
  interaction: GenesisInteraction,
): Promise<Vault> {
  await assertReady();
  checkGenesis(request);
  const passphrases = new Map<string, string>();
  for (const { name } of request.custodians) passphrases.set(name, await interaction.newPassphrase(name));

  for (const { shareFile } of request.custodians) createPrivateDirectory(dirname(resolve(shareFile)));
  createPrivateDirectory(request.path);
  assertPrivateDirectory(request.path);
  const { vault, shares } = await commitGenesis(request, surroundings, passphrases);
  try {
    for (const { name, file, bytes } of shares)
      createFileDurably(file, bytes, temporaryName(file, name, vault.identity.id));
    await proveShares(vault, interaction);
    return vault;
  } catch (error) {
    await vault[Symbol.asyncDispose]();
    throw error;
  }
}

/** Name of a share file while it is being written: one that a crash left is found by it. */
export function temporaryName(file: string, custodian: string, vault: string): string {
  return `.${custodian}.${basename(file)}.${vault}`;
}

/** Everything that holds secrets, in one block: when it ends, only the sealed shares are left. */
async function commitGenesis(
  request: GenesisRequest,
  surroundings: Surroundings,
  passphrases: ReadonlyMap<string, string>,
): Promise<{ vault: Vault; shares: SealedShare[] }> {
  const place = { vault: randomUuid(), quorum: randomUuid(), generation: 1 };
  const epoch = randomUuid();
  using owned = new DisposableStack();
  using secret = randomSecret(32);
  const split = await splitSecret(secret, request.threshold, request.custodians.length);
  const custodians: NewCustodian[] = request.custodians.map(({ name, shareFile }, i) => {
    const share = split[i];
    const passphrase = passphrases.get(name);
    if (share === undefined || passphrase === undefined) throw new TypeError("a custodian without share or passphrase");
    return {
      name,
      file: resolve(shareFile),
      share: owned.use(share),
      seed: owned.use(generateSigningSeed()),
      passphrase,
    };
  });
  using backup = backupSeed(secret, place);
  const manifest = newManifest(
    request,
    place,
    custodians,
    quorumCommitment(secret, place),
    await hybridRecipient(backup),
  );

  using hostSeed = generateSigningSeed();
  const hostKey = signingKey(hostSeed);
  using kek = randomSecret(32);
  using wrappingKey = quorumKey(secret, manifestHash(manifest), place);
  const keyring = { id: randomUuid(), name: FIRST_KEYRING };
  const wrapped = wrapKek(wrappingKey, kek, { ...place, keyring: keyring.id, version: 1 });
  const data: GenesisData = {
    name: request.name,
    manifest,
    hostKey: publicKeyOf(hostKey),
    keyring: { ...keyring, blob: wrapped.hash },
  };

  const time = timestamp(surroundings.clock());
  const actor = `${userInfo().username}@${hostname()}`;
  const chain = new AuditChain(surroundings.types);
  let shares: SealedShare[] = [];
  const path = databasePath(request.path);
  createFileDurably(path, new Uint8Array()); // first of all: another init now knows of this one, by its lock
  const storage = await createSqlite(path, surroundings, async (writer) => {
    saveHostKey(request.path, hostKey);
    await chain.append(writer, { vault: place.vault, epoch }, time, actor, { type: "genesis", data });
    const pin = {
      vault: place.vault,
      genesis: chain.head,
      epoch,
      host: data.hostKey,
      manifest: manifestHash(manifest),
    };
    shares = await sealShares(request.name, manifest, pin, custodians);
    const files = shares.map(({ name, file, bytes }) => ({ custodian: name, path: file, sha256: hex(sha256(bytes)) }));
    await chain.append(writer, { vault: place.vault, epoch }, time, actor, { type: "genesis.shares", data: { files } });
    await writer.insert("blobs", wrapped);
    await chain.storeCheckpoint(writer, hostKey);
  });
  syncDirectory(request.path);
  const identity = await storage.find("vault", {});
  if (identity === undefined) throw new TypeError("genesis made no vault");
  const vault = new Vault(request.path, storage, identity, surroundings);
  vault.remember(chain, true);
  return { vault, shares };
}

function newManifest(
  { threshold, rehearsal }: GenesisRequest,
  place: { vault: string; quorum: string; generation: number },
  custodians: readonly NewCustodian[],
  commitment: string,
  backupRecipient: string,
): Manifest {
  return {
    type: "manifest",
    version: 1,
    ...place,
    name: ROOT_QUORUM,
    threshold,
    commitment,
    backupRecipient,
    rehearsal,
    previous: null,
    custodians: custodians.map(({ name, share, seed }) => ({
      name,
      x: share.x,
      custodianKey: publicKeyOf(signingKey(seed)),
      shareKey: publicKeyOf(shareKey(share, { ...place, custodian: name })),
      recipients: [],
      key: "host",
      enrolment: null,
    })),
  };
}

async function sealShares(
  vault: string,
  manifest: Manifest,
  pin: Pin,
  custodians: readonly NewCustodian[],
): Promise<SealedShare[]> {
  const { rehearsal, threshold, custodians: seats } = manifest;
  const shares: SealedShare[] = [];
  for (const { name, file, share, seed, passphrase } of custodians) {
    const kind = rehearsal ? "REHEARSAL share" : "share";
    using text = writeDocument({
      sentence: `This is ${name}'s ${kind} of quorum ${manifest.name} of the Conclave vault ${vault}; ${threshold} of ${seats.length} open it. Keep it secret.`,
      record: {
        rehearsal,
        vaultPrefix: vaultPrefix(pin.vault),
        quorumTag: quorumTag(manifest.quorum),
        generation: manifest.generation,
        threshold,
        total: seats.length,
        share,
      },
      pin,
      custodianSeed: seed,
    });
    const workFactor = rehearsal ? SCRYPT_WORK_FACTOR.rehearsal : SCRYPT_WORK_FACTOR.production;
    shares.push({ name, file, bytes: await sealToPassphrase(text, passphrase, workFactor) });
  }
  return shares;
}
