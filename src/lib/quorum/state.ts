import { ConclaveError, IntegrityError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

/** A quorum with one of its generations. */
export interface QuorumGeneration {
  id: string;
  name: string;
  generation: number;
  manifest: Manifest;
  manifestHash: string;
}

/**
 * The generation in force of a quorum.
 * @throws ConclaveError REFUSED while its custodians have not all proved their shares
 */
export async function quorumInForce(reader: Reader, id: string): Promise<QuorumGeneration> {
  const quorum = await reader.find("quorums", { id });
  if (quorum === undefined) throw new IntegrityError("quorums", `${id} is missing`);
  const row = await reader.find("generations", { quorum: id, state: "active" });
  if (row === undefined) throw await pendingError(reader, quorum);
  return readGeneration(quorum, row);
}

export function readGeneration(quorum: Row<"quorums">, row: Row<"generations">): QuorumGeneration {
  const { generation, manifestHash } = row;
  return { id: quorum.id, name: quorum.name, generation, manifest: parseManifest(row.manifest), manifestHash };
}

/** The seats that no proof has confirmed yet. */
export async function unprovedSeats(reader: Reader, quorum: string, generation: number): Promise<string[]> {
  const seats = await Array.fromAsync(reader.rows("seats", { where: { quorum, generation, confirmed: null } }));
  return seats.map(({ custodian }) => custodian).sort();
}

async function pendingError(reader: Reader, quorum: Row<"quorums">): Promise<ConclaveError> {
  const missing = await unprovedSeats(reader, quorum.id, 1);
  return new ConclaveError("REFUSED", `quorum ${quorum.name} is pending: no proof yet of ${missing.join(", ")}`, {
    suggestions: ["Run conclave init again: it starts afresh over a pending vault"],
  });
}
