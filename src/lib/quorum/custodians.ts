import type { Reader } from "../storage/storage.ts";
import { readGeneration } from "./state.ts";

/** A custodian's seat in a generation of a quorum. */
export interface CustodianDescription {
  name: string;
  quorum: string;
  generation: number;
  /** Whether the generation is in force. */
  state: "pending" | "active";
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
  for await (const quorum of state.rows("quorums")) {
    for await (const row of state.rows("generations", { where: { quorum: quorum.id } })) {
      const { name, generation, manifest } = readGeneration(quorum, row);
      for (const { x, name: custodian, key, enrolment } of manifest.custodians) {
        const seat = await state.find("seats", { quorum: quorum.id, generation, x });
        const lastProof = seat?.proved ?? null;
        custodians.push({
          name: custodian,
          quorum: name,
          generation,
          state: row.state,
          key,
          enrolment,
          since: row.created,
          lastProof,
        });
      }
    }
  }
  return custodians;
}
