import type { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import { type Manifest, manifestHash, manifestProblem } from "./manifest.ts";
import type { GenerationRequest } from "./new-generation.ts";
import type { shareFilesSchema } from "./new-shares.ts";
import { type SeatRequest, seatProblem } from "./seat-request.ts";
import { requireQuorum, unprovedSeats } from "./state.ts";

/** Insert a generation that waits for the proofs of its custodians. */
export async function insertPending(tables: Writer, manifest: Manifest, created: string): Promise<void> {
  const { quorum, generation, custodians } = manifest;
  await tables.insert("generations", {
    quorum,
    generation,
    state: "pending",
    manifest: canonicalJson(manifest),
    manifestHash: manifestHash(manifest),
    handovers: "[]",
    created,
    activated: null,
  });
  for (const { x, name: custodian } of custodians) {
    const unproved = { file: null, fileHash: null, confirmed: null, proved: null };
    await tables.insert("seats", { quorum, generation, x, custodian, ...unproved });
  }
}

/** Record where the share files of a pending generation go. @param refuse makes the error to be thrown */
export async function insertShareFiles(
  tables: Writer,
  { quorum, generation }: Pick<Manifest, "quorum" | "generation">,
  files: z.infer<typeof shareFilesSchema>,
  refuse: (problem: string) => Error,
): Promise<void> {
  for (const { custodian, path, sha256 } of files) {
    const changed = await tables.update("seats", { quorum, generation, custodian }, { file: path, fileHash: sha256 });
    if (changed !== 1) throw refuse(`${custodian} is no custodian`);
  }
}

/** How share files differ from what was asked for, if they do. */
export function shareFilesProblem(
  files: z.infer<typeof shareFilesSchema>,
  custodians: readonly SeatRequest[],
): string | undefined {
  const found = files.map(({ custodian, path }) => [custodian, path]);
  const wanted = custodians.map(({ name, shareFile }) => [name, shareFile]);
  return canonicalJson(found) === canonicalJson(wanted)
    ? undefined
    : "its share files are not those that were asked for";
}

/** How a manifest differs from the generation that was asked for, or is unsound, if so. */
export function generationProblem(manifest: Manifest, wanted: GenerationRequest): string | undefined {
  for (const member of ["vault", "quorum", "name", "generation", "threshold", "rehearsal", "previous"] as const) {
    if (manifest[member] !== wanted[member]) return `its manifest has another ${member} than was asked for`;
  }
  const { custodians } = manifest;
  if (custodians.length !== wanted.custodians.length) return "its manifest has another number of custodians";
  const problems = custodians.map((seat, i) => seatProblem(seat, wanted.custodians[i] ?? nobody));
  const problem = problems.find((found) => found !== undefined);
  return problem === undefined ? manifestProblem(manifest) : `its manifest has ${problem}`;
}

/** @throws ConclaveError REFUSED while a generation of the quorum waits for proofs */
export async function assertNoPending(state: Reader, { id, name }: { id: string; name: string }): Promise<void> {
  const row = await state.find("generations", { quorum: id, state: "pending" });
  if (row === undefined) return;
  const missing = (await unprovedSeats(state, id, row.generation)).join(", ");
  throw new ConclaveError(
    "REFUSED",
    `generation ${row.generation} of quorum ${name} is pending: no proof yet of ${missing}`,
    {
      suggestions: [
        "In the room: conclave custodian drill SHARE, for each of them",
        "From own desks: conclave custodian request, prove, confirm",
        `Or give it up: conclave quorum cancel ${name}`,
      ],
    },
  );
}

/** @throws ConclaveError NOT_FOUND if id and name don't belong together */
export async function assertQuorum(state: Reader, { id, name }: { id: string; name: string }): Promise<void> {
  const row = await requireQuorum(state, name);
  if (row.id !== id) throw new ConclaveError("NOT_FOUND", `no quorum ${name} with id ${id}`);
}

const nobody: SeatRequest = { name: "", shareFile: "" };
