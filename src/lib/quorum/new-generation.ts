import { hybridRecipient } from "../crypto/age-recipient.ts";
import { randomSecret } from "../crypto/random.ts";
import type { Secret } from "../secret.ts";
import type { Pin } from "../share/pin.ts";
import type { Row } from "../storage/tables.ts";
import { backupSeed, type QuorumSecretPlace, quorumCommitment, quorumKey } from "../vault/hierarchy.ts";
import type { Entrusted, QuorumKey } from "../vault/unlocked.ts";
import { type Manifest, manifestHash } from "./manifest.ts";
import { NewShares, type SealedShare } from "./new-shares.ts";
import type { SeatRequest } from "./seat-request.ts";

/** What is asked of a new generation. */
export interface GenerationRequest extends QuorumSecretPlace {
  /** Of the quorum. */
  name: string;
  threshold: number;
  custodians: readonly SeatRequest[];
  rehearsal: boolean;
  /** Hash of the manifest of the generation before; null for the first. */
  previous: string | null;
}

/** A new secret of a quorum, with all that is made of it; every generation has its own. Owns the secrets. */
export class NewGeneration implements Disposable {
  readonly manifest: Manifest;
  /** The quorum key, which wraps KEKs; owned here. */
  readonly key: Secret;
  readonly #shares: NewShares;

  private constructor(manifest: Manifest, key: Secret, shares: NewShares) {
    this.manifest = manifest;
    this.key = key;
    this.#shares = shares;
  }

  static async make(request: GenerationRequest, entrusted: Entrusted): Promise<NewGeneration> {
    const { vault, quorum, generation, name, threshold, custodians, rehearsal, previous } = request;
    const place = { vault, quorum, generation };
    using secret = randomSecret(32);
    using owned = new DisposableStack();
    const shares = owned.use(await NewShares.split(secret, place, threshold, custodians, entrusted));
    using backup = backupSeed(secret, place);
    const manifest: Manifest = {
      type: "manifest",
      version: 1,
      ...place,
      name,
      threshold,
      commitment: quorumCommitment(secret, place),
      backupRecipient: await hybridRecipient(backup),
      rehearsal,
      previous,
      custodians: shares.seats,
    };
    const key = quorumKey(secret, manifestHash(manifest), place);
    owned.move();
    return new NewGeneration(manifest, key, shares);
  }

  /** The key with what it opens; stays owned here. */
  get quorumKey(): QuorumKey {
    const { quorum, generation } = this.manifest;
    return { quorum, generation, key: this.key };
  }

  /**
   * Seal each share to its custodian.
   * @param vault what people call the vault
   */
  seal(vault: string, pin: Omit<Pin, "manifest">): Promise<SealedShare[]> {
    return this.#shares.seal(vault, this.manifest, { ...pin, manifest: manifestHash(this.manifest) });
  }

  [Symbol.dispose](): void {
    this.key[Symbol.dispose]();
    this.#shares[Symbol.dispose]();
  }
}

/** What a new share says of the vault that it is of, beside its manifest. */
export function pinOf({ id, genesis, epoch, hostKey }: Row<"vault">): Omit<Pin, "manifest"> {
  return { vault: id, genesis, epoch, host: hostKey };
}
