import { openCheckpoint } from "../audit/checkpoint.ts";
import type { Chain } from "../audit/entry-type.ts";
import { type Proof, verifyProof } from "../custodian/proof.ts";
import type { Reader } from "../storage/storage.ts";
import { parseManifest, type Seat } from "./manifest.ts";
import { type QuorumGeneration, readGeneration } from "./state.ts";

/** A proof that is good, and what it is of. */
export interface CheckedProof {
  quorum: QuorumGeneration;
  seat: Seat;
  /** Entries that the chain had when the proof was made: it dates the proof. */
  size: number;
}

/**
 * Check a custodian's proof against the vault and its chain.
 *
 * @param chain its tree, over at least the entries that the proof saw; and how many entries it may have seen
 * @param refuse makes the error to be thrown; `rolledBack` if the proof shows a chain that this host has no more
 */
export async function checkProof(
  proof: Proof,
  tables: Reader,
  chain: Pick<Chain, "tree" | "size" | "verifySignatures"> & Partial<Pick<Chain, "recall">>,
  refuse: (problem: string, rolledBack?: "rolledBack") => Error,
): Promise<CheckedProof> {
  const { statement } = proof;
  const vault = await tables.find("vault", {});
  const quorumRow = await tables.find("quorums", { id: statement.quorum });
  const row = await tables.find("generations", { quorum: statement.quorum, generation: statement.generation });
  if (vault === undefined || statement.vault !== vault.id || statement.genesis !== vault.genesis)
    throw refuse("of another vault");
  if (statement.epoch !== vault.epoch) throw refuse("of another epoch");
  if (quorumRow === undefined || row === undefined || statement.manifest !== row.manifestHash) {
    throw refuse("of another quorum or generation");
  }
  if (row.state !== "active" && row.state !== "pending") throw refuse(`of a generation that was ${row.state}`);
  const { recall = (make, text) => make(text) } = chain;
  const quorum = readGeneration(quorumRow, row, (text) => recall(parseManifest, text));
  const seat = quorum.seats.find(({ name }) => name === statement.custodian);
  if (seat === undefined) throw refuse(`not a custodian of quorum ${quorum.name}`);
  const checkpoint = openCheckpoint(statement.checkpoint, vault.hostKey);
  if (checkpoint === undefined || checkpoint.vault !== vault.id || checkpoint.epoch !== vault.epoch) {
    throw refuse("its checkpoint is not of this vault's host");
  }
  const { size, root } = checkpoint;
  if (size === 0 || size > chain.size || chain.tree.root(size) !== root)
    throw refuse(`saw another chain of ${size} entries`, "rolledBack");
  if (chain.verifySignatures && !verifyProof(proof, seat.shareKey, seat.custodianKey)) {
    throw refuse("not signed by the share and by the custodian");
  }
  return { quorum, seat, size };
}
