import type { AuditChain, EntryTypes } from "../audit/chain.ts";
import type { ChainFile } from "../audit/chain-file.ts";
import { type EachEntry, replayChain, replayTables, type VerifyOptions } from "../audit/verify.ts";
import { IntegrityError } from "../errors.ts";
import { type Anchor, loadAnchor } from "../host/anchor.ts";
import type { Reader } from "../storage/storage.ts";
import { ActLedger } from "./exposure.ts";
import { compareKept, hostsOf } from "./kept-checkpoint.ts";
import {
  assertGenesis,
  assertRecoveries,
  type Verification,
  type VerificationRequest,
  verification,
} from "./verify-vault.ts";

/** What an exported chain is verified with. */
export interface ExportedSurroundings {
  types: EntryTypes;
  /** This machine's state directory: if it remembers the vault, the chain must be what it remembers. */
  state: string;
  progress?: VerifyOptions["progress"];
  each?: EachEntry;
}

/**
 * Verify an exported chain, with public keys alone: as `verifyVault` does the vault, but for the sealed blobs, which
 * aren't in it. Nothing is written, and nothing remembered.
 *
 * @param file read to its end
 * @returns what it says, and the chain
 * @throws ConclaveError INTEGRITY what is wrong, and where; NOT_FOUND a recovery that isn't in it
 */
export async function verifyExported(
  file: ChainFile,
  { genesis, checkpoint, acceptRecovery }: Omit<VerificationRequest, "full">,
  { types, state, progress, each }: ExportedSurroundings,
): Promise<{ verification: Verification; chain: AuditChain }> {
  const anchor = loadAnchor(state, file.head.vault);
  using tables = replayTables(file.total);
  const ledger = new ActLedger();
  const chain = await replayChain(file, tables, {
    types,
    progress,
    async each(entry, hash, reader) {
      if (entry.sequence === 1) {
        if (entry.vault !== file.head.vault)
          throw new IntegrityError(file.path, `says that it is of vault ${file.head.vault}, and is of ${entry.vault}`);
        assertGenesis(hash, genesis);
        if (anchor !== undefined) assertGenesis(hash, anchor.genesis);
      }
      ledger.take(entry, hash);
      await each?.(entry, hash, reader);
    },
  });
  const identity = await tables.find("vault", {});
  if (identity === undefined) throw new IntegrityError("audit chain", "has no genesis");
  const lost = checkpoint === undefined ? null : await compareKept(tables, chain, checkpoint);
  if (anchor !== undefined) await assertKnown(tables, chain, anchor);
  const summary = await ledger.summary(tables);
  assertRecoveries(summary, acceptRecovery);
  const found = {
    identity,
    chain,
    summary,
    anchored: genesis !== undefined || anchor !== undefined,
    accepted: [...(anchor?.recoveries ?? []), ...acceptRecovery],
    lost,
    ciphertexts: "not in the file" as const,
  };
  return { verification: verification(found), chain };
}

/** @throws IntegrityError the chain is older than what this machine remembers, or another history */
async function assertKnown(tables: Reader, chain: AuditChain, { head, epoch, hostKey }: Anchor): Promise<void> {
  const host = (await hostsOf(tables, chain)).find((known) => known.epoch === epoch && known.hostKey === hostKey);
  if (host === undefined)
    throw behind("is of another host and epoch than this machine remembers: it ends before a restore, or is forged");
  if (head.size > host.entries && host.present)
    throw behind(`is behind its anchor: it has ${chain.size} entries, this machine saw ${head.size}`);
  if (head.size <= host.entries && chain.tree.root(head.size) !== head.root)
    throw behind(`is another history than its anchor: they differ within the first ${head.size} entries`);
}

function behind(problem: string): IntegrityError {
  return new IntegrityError("audit chain", problem, {
    suggestions: [
      "Let the chain be exported anew, and verify that",
      "What was exported before: on a machine that does not know the vault, with --genesis",
    ],
  });
}
