import type { Reader } from "../storage/storage.ts";
import type { GenerationState, Row } from "../storage/tables.ts";
import { type CustodianDescription, listCustodians } from "./custodians.ts";
import { parseManifest } from "./manifest.ts";
import { requireQuorum } from "./state.ts";

/** A quorum, with all of its generations. */
export interface QuorumDescription {
  id: string;
  name: string;
  /** Keyrings that it guards. */
  keyrings: string[];
  generations: {
    generation: number;
    state: GenerationState;
    threshold: number;
    custodians: string[];
    manifest: string;
    created: string;
    /** When it came into force; null if it never did. */
    activated: string | null;
  }[];
}

export async function listQuorums(state: Reader): Promise<QuorumDescription[]> {
  const quorums = await Array.fromAsync(state.rows("quorums"));
  const described = await Promise.all(quorums.map((quorum) => describe(state, quorum)));
  return described.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws ConclaveError NOT_FOUND */
export async function describeQuorum(
  state: Reader,
  name: string,
): Promise<QuorumDescription & { custodians: CustodianDescription[] }> {
  const quorum = await describe(state, await requireQuorum(state, name));
  const custodians = (await listCustodians(state)).filter((custodian) => custodian.quorum === name);
  return { ...quorum, custodians };
}

async function describe(state: Reader, { id, name }: Row<"quorums">): Promise<QuorumDescription> {
  const keyrings = await Array.fromAsync(state.rows("keyrings", { where: { quorum: id } }));
  const generations: QuorumDescription["generations"] = [];
  for await (const row of state.rows("generations", { where: { quorum: id } })) {
    const { generation, state: is, manifestHash: manifest, created, activated } = row;
    const { threshold, custodians } = parseManifest(row.manifest);
    const names = custodians.map((seat) => seat.name);
    generations.push({ generation, state: is, threshold, custodians: names, manifest, created, activated });
  }
  return { id, name, keyrings: keyrings.map((keyring) => keyring.name).sort(), generations };
}
