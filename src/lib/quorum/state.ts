import { ConclaveError, IntegrityError } from "../errors.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

/** Name of the quorum that genesis makes. */
export const ROOT_QUORUM = "root";

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
 * @param parse of its manifest, or what recalls it
 * @throws ConclaveError REFUSED while its custodians have not all proved their shares
 */
export async function quorumInForce(
  reader: Reader,
  id: string,
  parse: (text: string) => Manifest = parseManifest,
): Promise<QuorumGeneration> {
  const quorum = await reader.find("quorums", { id });
  if (quorum === undefined) throw new IntegrityError("quorums", `${id} is missing`);
  const row = await reader.find("generations", { quorum: id, state: "active" });
  if (row === undefined) throw await pendingError(reader, quorum);
  return readGeneration(quorum, row, parse);
}

/** @param parse of its manifest, or what recalls it */
export function readGeneration(
  quorum: Row<"quorums">,
  row: Row<"generations">,
  parse: (text: string) => Manifest = parseManifest,
): QuorumGeneration {
  const { generation, manifestHash } = row;
  return { id: quorum.id, name: quorum.name, generation, manifest: parse(row.manifest), manifestHash };
}

/** The seats that no proof has confirmed yet. */
export async function unprovedSeats(reader: Reader, quorum: string, generation: number): Promise<string[]> {
  const seats = await Array.fromAsync(reader.rows("seats", { where: { quorum, generation, confirmed: null } }));
  return seats.map(({ custodian }) => custodian).sort();
}

async function pendingError(reader: Reader, quorum: Row<"quorums">): Promise<ConclaveError> {
  const missing = await unprovedSeats(reader, quorum.id, 1);
  return new ConclaveError("REFUSED", `quorum ${quorum.name} is pending: no proof yet of ${missing.join(", ")}`, {
    suggestions: [
      "Let those who enrolled prove: conclave custodian request, prove, confirm",
      "Or start afresh: conclave init again, which removes the pending vault",
    ],
  });
}

/** The quorum that genesis made. */
export async function rootQuorum(reader: Reader): Promise<Row<"quorums">> {
  const root = await reader.find("quorums", { name: ROOT_QUORUM });
  if (root === undefined) throw new IntegrityError("quorums", `${ROOT_QUORUM} is missing`);
  return root;
}

/** Every generation of every quorum, in force and pending. */
export async function allGenerations(reader: Reader): Promise<QuorumGeneration[]> {
  const generations: QuorumGeneration[] = [];
  for await (const row of reader.rows("generations")) {
    const quorum = await reader.find("quorums", { id: row.quorum });
    if (quorum === undefined) throw new IntegrityError("quorums", `${row.quorum} is missing`);
    generations.push(readGeneration(quorum, row));
  }
  return generations;
}
