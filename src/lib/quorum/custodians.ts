import type { Reader } from "../storage/storage.ts";
import type { GenerationState } from "../storage/tables.ts";
import { currentGenerations } from "./state.ts";

/** A custodian's seat in a generation of a quorum. */
export interface CustodianDescription {
  name: string;
  quorum: string;
  generation: number;
  /** Whether the generation is in force. */
  state: GenerationState;
  /** Where the custodian key was made. */
  key: "own" | "host";
  /** Whether the words of the enrolment were compared; null for a key made on the host. */
  enrolment: "checked" | "unchecked" | null;
  /** When the generation was made. */
  since: string;
  /** When the custodian last proved to hold the share; null if never. */
  lastProof: string | null;
}

/** All custodians of all quorums, the generation in force and a pending one. */
export async function listCustodians(state: Reader): Promise<CustodianDescription[]> {
  const custodians: CustodianDescription[] = [];
  for (const { id, name: quorum, generation, seats, state: is } of await currentGenerations(state)) {
    const row = await state.find("generations", { quorum: id, generation });
    for (const { x, name, key, enrolment } of seats) {
      const seat = await state.find("seats", { quorum: id, generation, x });
      const lastProof = seat?.proved ?? null;
      const since = row?.created ?? "";
      custodians.push({ name, quorum, generation, state: is, key, enrolment, since, lastProof });
    }
  }
  return custodians;
}
