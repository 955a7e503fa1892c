import { fromHex } from "../bytes.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { IntegrityError } from "../errors.ts";
import { combineShares } from "../share/shamir.ts";
import { backupSeed, quorumCommitment, quorumKey } from "../vault/hierarchy.ts";
import type { QuorumKey } from "../vault/unlocked.ts";
import type { GatheredShares } from "./gathered-shares.ts";

/**
 * Rebuild each quorum's secret, recognise it by its commitment, and derive its key.
 * @returns the keys, the caller's to dispose of
 * @throws IntegrityError shares that are each intact rebuild another secret
 */
export async function unlockQuorums(vault: string, gathered: GatheredShares): Promise<QuorumKey[]> {
  using owned = new DisposableStack();
  const keys: QuorumKey[] = [];
  for (const quorum of gathered.quorums) {
    const { id, generation, manifest, manifestHash } = quorum;
    const shares = gathered.of(quorum).map(({ share }) => share);
    using secret = await combineShares(shares, manifest.threshold);
    const place = { vault, quorum: id, generation };
    if (!equalBytes(fromHex(quorumCommitment(secret, place)), fromHex(manifest.commitment))) {
      throw new IntegrityError(
        `quorum ${quorum.name}`,
        "its shares, each intact, rebuild another secret than the manifest commits to",
      );
    }
    const key = owned.use(quorumKey(secret, manifestHash, place));
    keys.push({ quorum: id, generation, key, backup: owned.use(backupSeed(secret, place)) });
  }
  owned.move();
  return keys;
}
