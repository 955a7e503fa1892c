import type { ShareDocument } from "../share/document.ts";
import type { Reader } from "../storage/storage.ts";
import type { GenerationState, Row } from "../storage/tables.ts";
import { everyGeneration } from "./state.ts";
import { verifyShare } from "./verify-share.ts";

/** What a share turned out to be. */
export interface RecognisedShare {
  custodian: string;
  quorum: string;
  generation: number;
  threshold: number;
  total: number;
  x: number;
  /** Whether its generation is in force; a replaced one opens old backups only. */
  state: GenerationState;
  /** Whether the custodian key is in it, so that it approves by itself. */
  identity: boolean;
}

/**
 * Verify a share alone, against the vault as it stands.
 * @param claimed whose it is said to be
 * @throws ConclaveError SHARE_* saying which of all that it isn't
 */
export async function recogniseShare(
  reader: Reader,
  vault: Row<"vault">,
  document: ShareDocument,
  origin: string,
  claimed: string | undefined,
): Promise<RecognisedShare> {
  const generations = await everyGeneration(reader);
  const place = { id: vault.id, genesis: vault.genesis, rehearsal: vault.rehearsal === 1 };
  const { quorum, verified } = verifyShare({ document, origin, claimed }, place, generations, []);
  const row = await reader.find("generations", { quorum: quorum.id, generation: quorum.generation });
  return {
    custodian: verified.seat.name,
    quorum: quorum.name,
    generation: quorum.generation,
    threshold: quorum.manifest.threshold,
    total: quorum.manifest.custodians.length,
    x: verified.seat.x,
    state: row?.state ?? "cancelled",
    identity: verified.custodianKey !== undefined,
  };
}
