import type { KeyObject } from "node:crypto";
import { signCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { timestamp } from "../../src/lib/clock.ts";
import { generateIdentity } from "../../src/lib/crypto/age-recipient.ts";
import { labelled } from "../../src/lib/crypto/labels.ts";
import { generateSigningSeed, publicKeyOf, sign, signingKey } from "../../src/lib/crypto/signature.ts";
import { canonicalFile, canonicalJson } from "../../src/lib/json.ts";
import { type Manifest, manifestHash } from "../../src/lib/quorum/manifest.ts";
import type { Plan } from "../../src/lib/quorum/plan.ts";
import { writePlanFile } from "../../src/lib/quorum/plan-file.ts";
import type { ProofRequest } from "../../src/lib/quorum/proof-request.ts";
import { currentGenerations } from "../../src/lib/quorum/state.ts";
import type { Vault } from "../../src/lib/vault/vault.ts";
import type { MadeVault } from "./vault.ts";

/**
 * Somebody who stole all that is public of a vault (its id, epoch, genesis hash, manifests, the head of its chain), and
 * writes to its custodians under a host key of the own, or a stolen one.
 */
export class ForgedHost {
  readonly hostKey: KeyObject;
  /** To which custodians are to seal their shares. */
  readonly recipient: string;
  /** Opens what they sealed. */
  readonly identity: string;
  readonly #vault: Vault;
  readonly #manifests: readonly Manifest[];

  private constructor(vault: Vault, manifests: readonly Manifest[], hostKey: KeyObject, session: Session) {
    this.#vault = vault;
    this.#manifests = manifests;
    this.hostKey = hostKey;
    this.recipient = session.recipient;
    this.identity = session.identity;
  }

  /** @param hostKey stolen; a fresh one, if not given */
  static async of(made: MadeVault, hostKey?: KeyObject): Promise<ForgedHost> {
    await using vault = await made.open();
    using seed = generateSigningSeed();
    const manifests = (await currentGenerations(vault.reader)).map(({ manifest }) => manifest);
    return new ForgedHost(vault, manifests, hostKey ?? signingKey(seed), await generateIdentity("hybrid"));
  }

  /** What is said of this host in a genuine document of the true one, with the own session. */
  plan(genuine: Plan, changes: Partial<Plan> = {}): Plan {
    return { ...genuine, session: { recipient: this.recipient, kept: "sealed" }, ...changes };
  }

  /** @param manifests in place of the stolen ones */
  planFile(plan: Plan, manifests: readonly Manifest[] = this.#manifests): Uint8Array {
    const quorums = manifests.map((manifest) => ({ manifest, manifestHash: manifestHash(manifest) }));
    const named = quorums.map(({ manifest, manifestHash }) => {
      const { quorum: id, name, generation } = manifest;
      return { id, name, generation, manifest, manifestHash, handovers: [], seats: manifest.custodians };
    });
    const own = named.map(({ id, name, generation, manifestHash }) => ({
      id,
      name,
      generation,
      manifest: manifestHash,
    }));
    return writePlanFile({ ...plan, quorums: own }, named, this.hostKey);
  }

  request(head: Plan["head"], changes: Partial<ProofRequest> = {}): Uint8Array {
    const { id, name, epoch, genesis } = this.#vault.identity;
    const request: ProofRequest = {
      type: "request",
      version: 1,
      vault: id,
      name,
      epoch,
      genesis,
      hostKey: publicKeyOf(this.hostKey),
      checkpoint: signCheckpoint({ vault: id, epoch, ...head }, this.hostKey),
      time: timestamp(new Date()),
      manifests: [...this.#manifests],
      handovers: this.#manifests.map(() => []),
      ...changes,
    };
    return canonicalFile({ request, signature: sign(this.hostKey, labelled("request", canonicalJson(request))) });
  }

  get manifests(): readonly Manifest[] {
    return this.#manifests;
  }
}

interface Session {
  recipient: string;
  identity: string;
}
