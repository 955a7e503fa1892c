import type { Handover } from "../custodian/handover.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { parseCanonicalJson } from "../json.ts";
import type { Reader } from "../storage/storage.ts";
import type { GenerationState, Row } from "../storage/tables.ts";
import { type Manifest, manifestHash, parseManifest, type Seat } from "./manifest.ts";
import { handoversSchema, seatsAfter } from "./seats.ts";

/** Name of the quorum that genesis makes. */
export const ROOT_QUORUM = "root";

/** A quorum with one of its generations. */
export interface QuorumGeneration {
  id: string;
  name: string;
  generation: number;
  manifest: Manifest;
  manifestHash: string;
  /** By which custodians went over to other keys since. */
  handovers: readonly Handover[];
  /** Those of the manifest, with the keys of today. */
  seats: readonly Seat[];
}

/** One that this vault knows, and what has become of it. */
export interface KnownGeneration extends QuorumGeneration {
  state: GenerationState;
}

/** What reads a manifest: `parseManifest`, or what recalls it. */
type ManifestReader = (text: string) => Manifest;

/**
 * The generation in force of a quorum.
 * @throws ConclaveError REFUSED while its custodians have not all proved their shares
 */
export async function quorumInForce(
  reader: Reader,
  id: string,
  parse: ManifestReader = parseManifest,
): Promise<KnownGeneration> {
  const quorum = await reader.find("quorums", { id });
  if (quorum === undefined) throw new IntegrityError("quorums", `${id} is missing`);
  const row = await reader.find("generations", { quorum: id, state: "active" });
  if (row === undefined) throw await pendingError(reader, quorum);
  return readGeneration(quorum, row, parse);
}

/** The generation of a quorum whose custodians have not all proved yet. */
export async function pendingGeneration(reader: Reader, id: string): Promise<KnownGeneration | undefined> {
  const quorum = await reader.find("quorums", { id });
  const row = await reader.find("generations", { quorum: id, state: "pending" });
  return quorum && row && readGeneration(quorum, row);
}

export function readGeneration(
  quorum: Row<"quorums">,
  row: Row<"generations">,
  parse: ManifestReader = parseManifest,
): KnownGeneration {
  const refuse = (problem: string) => new IntegrityError(`generation ${row.generation} of ${quorum.name}`, problem);
  const handovers = row.handovers === "[]" ? [] : parseCanonicalJson(row.handovers, handoversSchema, refuse);
  const manifest = parse(row.manifest);
  const seats = seatsAfter(manifest, handovers, refuse);
  const { generation, manifestHash, state } = row;
  return { id: quorum.id, name: quorum.name, generation, manifest, manifestHash, handovers, seats, state };
}

/**
 * A generation as its documents tell it, outside the vault.
 * @param refuse makes the error to be thrown for a handover that doesn't follow
 */
export function describedGeneration(
  manifest: Manifest,
  handovers: readonly Handover[],
  refuse: (problem: string) => Error,
): QuorumGeneration {
  const { quorum: id, name, generation } = manifest;
  const seats = seatsAfter(manifest, handovers, refuse);
  return { id, name, generation, manifest, manifestHash: manifestHash(manifest), handovers, seats };
}

/** The seats that no proof has confirmed yet. */
export async function unprovedSeats(reader: Reader, quorum: string, generation: number): Promise<string[]> {
  const seats = await Array.fromAsync(reader.rows("seats", { where: { quorum, generation, confirmed: null } }));
  return seats.map(({ custodian }) => custodian).sort();
}

/** The quorum that genesis made. */
export async function rootQuorum(reader: Reader): Promise<Row<"quorums">> {
  return requireQuorum(reader, ROOT_QUORUM);
}

/** @throws ConclaveError NOT_FOUND */
export async function requireQuorum(reader: Reader, name: string): Promise<Row<"quorums">> {
  const row = await reader.find("quorums", { name });
  if (row !== undefined) return row;
  throw new ConclaveError("NOT_FOUND", `no quorum ${name}`, { suggestions: ["List them: conclave quorum list"] });
}

/** Every generation of every quorum that is in force or pending. */
export async function currentGenerations(reader: Reader): Promise<KnownGeneration[]> {
  const generations = await everyGeneration(reader);
  return generations.filter(({ state }) => state === "active" || state === "pending");
}

/** Every generation of every quorum that there ever was. */
export async function everyGeneration(reader: Reader): Promise<KnownGeneration[]> {
  const generations: KnownGeneration[] = [];
  for await (const row of reader.rows("generations")) {
    const quorum = await reader.find("quorums", { id: row.quorum });
    if (quorum === undefined) throw new IntegrityError("quorums", `${row.quorum} is missing`);
    generations.push(readGeneration(quorum, row));
  }
  return generations;
}

async function pendingError(reader: Reader, quorum: Row<"quorums">): Promise<ConclaveError> {
  const row = await reader.find("generations", { quorum: quorum.id, state: "pending" });
  const missing = await unprovedSeats(reader, quorum.id, row?.generation ?? 1);
  const afresh =
    quorum.name === ROOT_QUORUM
      ? "Or start afresh: conclave init again, which removes the pending vault"
      : `Or start afresh: conclave quorum cancel ${quorum.name}`;
  return new ConclaveError("REFUSED", `quorum ${quorum.name} is pending: no proof yet of ${missing.join(", ")}`, {
    suggestions: [
      "In the room: conclave custodian drill SHARE, for each of them",
      "From own desks: conclave custodian request, prove, confirm",
      afresh,
    ],
  });
}
