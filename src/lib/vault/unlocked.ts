import { IntegrityError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Reader } from "../storage/storage.ts";
import { type Blob, type MaterialPlace, unwrapKek, unwrapMaterial, wrapMaterial } from "./hierarchy.ts";

/** The quorum key of one generation in force. */
export interface QuorumKey {
  quorum: string;
  generation: number;
  key: Secret;
}

/** Which version of which key, of which keyring. */
export type MaterialOwner = Pick<MaterialPlace, "keyring" | "key" | "version" | "algorithm">;

/**
 * A vault inside one approved plan: reaches the key-encryption keys of the quorums that approved it,
 * and of no other. Ends with the block of its `using`.
 */
export class Unlocked implements Disposable {
  readonly vault: string;
  readonly reader: Reader;
  readonly #quorumKeys: readonly QuorumKey[];

  /** @param quorumKeys taken over */
  constructor(vault: string, reader: Reader, quorumKeys: readonly QuorumKey[]) {
    this.vault = vault;
    this.reader = reader;
    this.#quorumKeys = quorumKeys;
  }

  /** Wrap new key material under the newest KEK of its keyring. */
  async wrap(material: Secret, owner: MaterialOwner): Promise<{ kekVersion: number; blob: Blob }> {
    const keyring = await this.reader.find("keyrings", { id: owner.keyring });
    if (keyring === undefined) throw new RangeError(`no keyring ${owner.keyring}`);
    using kek = await this.#kek(keyring.quorum, keyring.id, keyring.kekVersion);
    const blob = wrapMaterial(kek, material, { ...owner, vault: this.vault, kekVersion: keyring.kekVersion });
    return { kekVersion: keyring.kekVersion, blob };
  }

  /** The material of a key version, the caller's to dispose of. @throws IntegrityError it does not open */
  async unwrap(owner: MaterialOwner, kekVersion: number, hash: string): Promise<Secret> {
    const keyring = await this.reader.find("keyrings", { id: owner.keyring });
    if (keyring === undefined) throw new RangeError(`no keyring ${owner.keyring}`);
    using kek = await this.#kek(keyring.quorum, keyring.id, kekVersion);
    return unwrapMaterial(kek, await this.#blob(hash), { ...owner, vault: this.vault, kekVersion });
  }

  async #kek(quorum: string, keyring: string, version: number): Promise<Secret> {
    const quorumKey = this.#quorumKeys.find((candidate) => candidate.quorum === quorum);
    if (quorumKey === undefined) throw new TypeError(`quorum ${quorum} did not approve: its keys stay locked`);
    const { generation, key } = quorumKey;
    const row = await this.reader.find("keks", { keyring, version, generation });
    if (row === undefined)
      throw new IntegrityError(`keyring ${keyring}`, `no KEK version ${version} under generation ${generation}`);
    return unwrapKek(key, await this.#blob(row.blob), { vault: this.vault, quorum, generation, keyring, version });
  }

  async #blob(hash: string): Promise<Uint8Array> {
    const row = await this.reader.find("blobs", { hash });
    if (row === undefined) throw new IntegrityError("blobs", `${hash} is missing`);
    return row.bytes;
  }

  [Symbol.dispose](): void {
    for (const { key } of this.#quorumKeys) key[Symbol.dispose]();
  }
}
