import { randomSecret } from "../crypto/random.ts";
import type { SameBytes } from "../crypto/same-bytes.ts";
import { IntegrityError } from "../errors.ts";
import type { Rereadable } from "../host/byte-source.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { type Blob, type MaterialPlace, unwrapKek, unwrapMaterial, wrapKek, wrapMaterial } from "./hierarchy.ts";

/** The quorum key of one generation in force. */
export interface QuorumKey {
  quorum: string;
  generation: number;
  key: Secret;
  /** Seed of the age identity that opens the backups of this generation. */
  backup?: Secret;
}

/** Secrets that were given for an act, and the key under which its plan commits to them; all stay their owner's. */
export interface GivenSecrets {
  commitmentKey: Secret;
  materials: readonly Secret[];
}

/** What of the host an act may touch. */
export interface ActPlace {
  /** The vault's folder, which has room for scratch files. */
  folder: string;
  /** Paths of files that were named for the act. */
  inputs: readonly string[];
  /** What came through a pipe for it. */
  piped: Uint8Array | undefined;
  /** How long to wait for another process, in milliseconds. */
  lockTimeoutMs: number;
  /** What it reads and makes that is too large for memory. */
  streams?: ActStreams | undefined;
  /** What must not be read from a file twice, or at all. */
  secrets?: GivenSecrets | undefined;
}

/** What an act reads and makes by parts, whatever its size. */
export interface ActStreams {
  /** What came through a pipe for it. */
  spool?: Rereadable | undefined;
  /** Under which a plan commits to secret inputs, by HMAC; stays its owner's. */
  inputKey?: Secret | undefined;
  /** What the plan names by this digest, if this process read it for the plan: hashing it once is enough. */
  read?: { digest: string; bytes: SameBytes } | undefined;
  /** Begin to write what the act makes; owned by whoever executes the plan. */
  output?: (() => ActOutput) | undefined;
}

/** What is given to an act, and where what it makes goes. */
export interface GivenStreams extends Omit<ActStreams, "output"> {
  destination?: Destination | undefined;
  /** Makes a small output, to the destination, of what is told of an action: a signature. */
  toldOutput?: ((told: Readonly<Record<string, unknown>>) => Uint8Array | undefined) | undefined;
}

/** Where what an act makes goes: to a new file of that path, or to what gets it once the act is durable. */
export type Destination = { file: string } | { begin: () => ActOutput };

/** What an act makes by parts; it appears once the act is durable, or never. */
export interface ActOutput extends AsyncDisposable {
  /** Write parts after what was written. @param parts taken over */
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Make what was written durable. */
  finish(): Promise<void>;
  /** Let it appear. @returns its path, if it is a file */
  publish(): Promise<string | undefined>;
}

/** What people at the host give to new shares, and to what leaves the vault. */
export interface Entrusted {
  /** Seeds of custodian keys that go over from the shares before, by custodian; stay their owners'. */
  custodianSeeds: ReadonlyMap<string, Secret>;
  /** Passphrases that seal new shares, by custodian. */
  passphrases: ReadonlyMap<string, string>;
  /** Passphrases that seal exported keys, by name. */
  exportPassphrases?: ReadonlyMap<string, string>;
}

/** Which version of which key, of which keyring. */
export type MaterialOwner = Pick<MaterialPlace, "keyring" | "key" | "version" | "algorithm">;

/**
 * A vault inside one approved plan: reaches the key-encryption keys of the quorums that approved it,
 * and of no other. Ends with the block of its `using`.
 */
export class Unlocked implements Disposable {
  readonly identity: Row<"vault">;
  /** Id of the vault. */
  readonly vault: string;
  readonly entrusted: Entrusted;
  readonly reader: Reader;
  /** Set by whoever executes a plan. */
  place: ActPlace | undefined;
  /** Told of how far a long act has come. */
  readonly progress: ((done: number, total: number) => void) | undefined;
  readonly #quorumKeys: readonly QuorumKey[];
  /** KEKs that were unwrapped, by keyring and version. */
  readonly #keks = new Map<string, Secret>();

  /** @param quorumKeys taken over */
  constructor(
    identity: Row<"vault">,
    reader: Reader,
    quorumKeys: readonly QuorumKey[],
    entrusted: Entrusted,
    progress?: (done: number, total: number) => void,
  ) {
    this.identity = identity;
    this.vault = identity.id;
    this.entrusted = entrusted;
    this.reader = reader;
    this.#quorumKeys = quorumKeys;
    this.progress = progress;
  }

  /** Wrap new key material under the newest KEK of its keyring. */
  async wrap(material: Secret, owner: MaterialOwner): Promise<{ kekVersion: number; blob: Blob }> {
    const { quorum, kekVersion } = await this.#keyring(owner.keyring);
    const kek = await this.#kek(quorum, owner.keyring, kekVersion);
    return { kekVersion, blob: wrapMaterial(kek, material, { ...owner, vault: this.vault, kekVersion }) };
  }

  /** The material of a key version, the caller's to dispose of. @throws IntegrityError it does not open */
  async unwrap(owner: MaterialOwner, kekVersion: number, hash: string): Promise<Secret> {
    const { quorum } = await this.#keyring(owner.keyring);
    const kek = await this.#kek(quorum, owner.keyring, kekVersion);
    return unwrapMaterial(kek, await this.#blob(hash), { ...owner, vault: this.vault, kekVersion });
  }

  /**
   * What moves material of a keyring that an older KEK wraps under its newest one.
   * @returns of the owner, the older KEK's version and the hash of the ciphertext: the new ciphertext
   */
  async rewrapping(
    keyring: string,
  ): Promise<(owner: Omit<MaterialOwner, "keyring">, kekVersion: number, hash: string) => Promise<Blob>> {
    const { quorum, kekVersion: newest } = await this.#keyring(keyring);
    const kek = await this.#kek(quorum, keyring, newest);
    return async ({ algorithm, key, version }, kekVersion, hash) => {
      const place = { algorithm, kekVersion, key, keyring, vault: this.vault, version };
      const old = await this.#kek(quorum, keyring, kekVersion);
      using material = unwrapMaterial(old, await this.#blob(hash), place);
      return wrapMaterial(kek, material, { ...place, kekVersion: newest });
    };
  }

  /** Whether the quorum approved, so that its keyrings open. */
  opens(quorum: string): boolean {
    return this.#quorumKeys.some((candidate) => candidate.quorum === quorum);
  }

  /** Unwrap every KEK of a keyring. @returns how many there are. @throws IntegrityError one does not open */
  async openKeks({ id, quorum }: { id: string; quorum: string }): Promise<number> {
    const { generation } = this.#quorumKey(quorum);
    const keks = await Array.fromAsync(this.reader.rows("keks", { where: { keyring: id, generation } }));
    for (const { version } of keks) await this.#kek(quorum, id, version);
    return keks.length;
  }

  /** The same quorums over other tables: those of a backup. @returns the caller's to dispose of, with copies of the keys */
  over(reader: Reader): Unlocked {
    const keys = this.#quorumKeys.map(({ quorum, generation, key }) => ({ quorum, generation, key: key.slice(0) }));
    return new Unlocked(this.identity, reader, keys, this.entrusted);
  }

  /** Seed of a quorum's backup identity; stays owned here. */
  backupSeed(quorum: string): Secret {
    const { backup } = this.#quorumKey(quorum);
    if (backup === undefined) throw new TypeError("a quorum key without backup identity");
    return backup;
  }

  /** A new KEK for a keyring that may not exist yet, wrapped under its quorum's key. */
  async newKek(quorum: string, keyring: string, version: number): Promise<Blob> {
    const { generation, key } = this.#quorumKey(quorum);
    using kek = randomSecret(32);
    return wrapKek(key, kek, { vault: this.vault, quorum, generation, keyring, version });
  }

  /**
   * Wrap each KEK of a quorum's keyrings under the key of another generation too, which stays the caller's.
   * @returns in the order of keyring and version
   */
  async rewrapKeks({
    quorum,
    generation,
    key,
  }: QuorumKey): Promise<{ keyring: string; version: number; blob: Blob }[]> {
    const { generation: from } = this.#quorumKey(quorum);
    const wrapped: { keyring: string; version: number; blob: Blob }[] = [];
    for await (const { id: keyring } of this.reader.rows("keyrings", { where: { quorum } })) {
      for await (const { version } of this.reader.rows("keks", { where: { keyring, generation: from } })) {
        const kek = await this.#kek(quorum, keyring, version);
        const place = { vault: this.vault, quorum, generation, keyring, version };
        wrapped.push({ keyring, version, blob: wrapKek(key, kek, place) });
      }
    }
    return wrapped;
  }

  [Symbol.dispose](): void {
    for (const kek of this.#keks.values()) kek[Symbol.dispose]();
    for (const { key, backup } of this.#quorumKeys) {
      key[Symbol.dispose]();
      backup?.[Symbol.dispose]();
    }
  }

  async #keyring(id: string): Promise<{ quorum: string; kekVersion: number }> {
    const keyring = await this.reader.find("keyrings", { id });
    if (keyring === undefined) throw new RangeError(`no keyring ${id}`);
    return keyring;
  }

  async #kek(quorum: string, keyring: string, version: number): Promise<Secret> {
    const known = this.#keks.get(`${keyring}/${version}`);
    if (known !== undefined) return known;
    const { generation, key } = this.#quorumKey(quorum);
    const row = await this.reader.find("keks", { keyring, version, generation });
    if (row === undefined) {
      throw new IntegrityError(`keyring ${keyring}`, `no KEK version ${version} under generation ${generation}`);
    }
    const kek = unwrapKek(key, await this.#blob(row.blob), { vault: this.vault, quorum, generation, keyring, version });
    this.#keks.set(`${keyring}/${version}`, kek);
    return kek;
  }

  #quorumKey(quorum: string): QuorumKey {
    const quorumKey = this.#quorumKeys.find((candidate) => candidate.quorum === quorum);
    if (quorumKey === undefined) throw new TypeError(`quorum ${quorum} did not approve: its keys stay locked`);
    return quorumKey;
  }

  async #blob(hash: string): Promise<Uint8Array> {
    const row = await this.reader.find("blobs", { hash });
    if (row === undefined) throw new IntegrityError("blobs", `${hash} is missing`);
    return row.bytes;
  }
}
