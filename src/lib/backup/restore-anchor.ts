import type { AuditChain } from "../audit/chain.ts";
import { type ConclaveError, IntegrityError } from "../errors.ts";
import { type Anchor, loadAnchor } from "../host/anchor.ts";
import { backupError } from "./backup-error.ts";
import type { BackupFile } from "./backup-file.ts";
import { checkpointOf } from "./head.ts";

/**
 * Hold a backup's head against what this machine remembers of the vault, as far as a head goes.
 *
 * @param olderThanAnchor whether it may be older
 * @throws IntegrityError another genesis or history; or it is older, and may not be
 */
export function assertHeadKnown(file: BackupFile, state: string, olderThanAnchor: boolean): Anchor | undefined {
  const { path, head } = file;
  const anchor = loadAnchor(state, head.vault);
  if (anchor === undefined) return undefined;
  if (anchor.genesis !== head.genesis)
    throw backupError(path, `of another genesis than this machine remembers (${anchor.genesis.slice(0, 16)}…)`);
  if (anchor.epoch !== head.epoch || anchor.hostKey !== head.hostKey) return anchor;
  const { size, root } = checkpointOf(head);
  if (size === anchor.head.size && root !== anchor.head.root)
    throw backupError(path, `another history of ${size} entries than this machine remembers`);
  if (size < anchor.head.size && !olderThanAnchor) throw olderError(path, size, anchor);
  return anchor;
}

/**
 * Hold the chain that came out of a backup against what this machine remembers.
 * @throws IntegrityError as `assertHeadKnown`, but of the whole chain
 */
export function assertChainKnown(
  path: string,
  chain: AuditChain,
  identity: { epoch: string; hostKey: string },
  anchor: Anchor | undefined,
  olderThanAnchor: boolean,
): void {
  if (anchor === undefined) return;
  const { size, root } = anchor.head;
  const contains = size <= chain.size && chain.tree.root(size) === root;
  if (contains) return;
  const sameHost = anchor.epoch === identity.epoch && anchor.hostKey === identity.hostKey;
  if (sameHost && size <= chain.size)
    throw new IntegrityError(path, `another history than this machine remembers: they differ within ${size} entries`);
  if (!olderThanAnchor) throw olderError(path, chain.size, anchor);
}

function olderError(path: string, size: number, anchor: Anchor): ConclaveError {
  return new IntegrityError(
    path,
    `older than what this machine remembers: ${size} entries, this machine saw ${anchor.head.size}, the last at ${anchor.time}`,
    {
      suggestions: [
        "Look for a newer backup: conclave restore DIR --latest",
        "If there is none: --older-than-anchor, which stands in the plan",
      ],
    },
  );
}
