import type { Row } from "../storage/tables.ts";
import type { Vault } from "../vault/vault.ts";

/** A ceremony, as the vault tells of it. */
export interface EndedCeremony {
  run: string;
  name: string;
  outcome: Row<"ceremonies">["outcome"];
  ended: string;
  /** Sequence of the entry. */
  entry: number;
}

/** What a vault says of its ceremonies, not verified. */
export interface CeremonyStatus {
  /** The newest; null if there was none. */
  lastCeremony: EndedCeremony | null;
  /** Those that changed something, of which no backup that has it was proved to restore, then or later. */
  unprovenCeremonies: EndedCeremony[];
}

export async function ceremonyStatus({ reader }: Pick<Vault, "reader">): Promise<CeremonyStatus> {
  const ceremonies = (await Array.fromAsync(reader.rows("ceremonies"))).sort((a, b) => a.sequence - b.sequence);
  let proved = 0;
  for await (const { proved: when, entries } of reader.rows("backups"))
    if (when !== null) proved = Math.max(proved, entries);
  const last = ceremonies.at(-1);
  return {
    lastCeremony: last === undefined ? null : told(last),
    unprovenCeremonies: ceremonies
      .filter(({ outcome, sequence }) => outcome === "unproven" && sequence > proved)
      .map(told),
  };
}

function told({ run, name, outcome, ended, sequence }: Row<"ceremonies">): EndedCeremony {
  return { run, name, outcome, ended, entry: sequence };
}
