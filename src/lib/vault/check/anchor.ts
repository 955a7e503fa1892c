import { openCheckpoint } from "../../audit/checkpoint.ts";
import { type Anchor, loadAnchor } from "../../host/anchor.ts";
import type { Check, Observation, Place } from "../../host/check.ts";
import { shellWord } from "../../host/shell-word.ts";
import type { Row } from "../../storage/tables.ts";
import { lookInto } from "../read-only.ts";

const RESTORE = "Keep a copy of the vault as it is for the investigation, and trust nothing in it";

/** Whether this machine would notice an older or another vault in the place of this one. */
export const anchorCheck = {
  name: "anchor",
  title: "Anchor",
  run: (place: Pick<Place, "vault" | "state" | "lockTimeoutMs">) =>
    lookInto(place, async (reader, identity) => {
      const anchor = loadAnchor(place.state, identity.id);
      if (anchor === undefined) {
        const found = "none: an older copy of the vault would not be noticed here";
        const mend = `conclave audit verify --vault ${shellWord(place.vault)} --genesis HASH-FROM-PAPER`;
        return [{ level: "warning", found, mend }];
      }
      const note = (await reader.find("checkpoint", { id: 1 }))?.note ?? "";
      return [compare(anchor, identity, openCheckpoint(note, identity.hostKey))];
    }),
} satisfies Check;

function compare(
  anchor: Anchor,
  identity: Row<"vault">,
  checkpoint: { size: number; root: string } | undefined,
): Observation {
  const refusal = (found: string): Observation => ({ level: "refusal", found, mend: RESTORE });
  for (const member of ["genesis", "epoch", "hostKey"] as const) {
    if (anchor[member] !== identity[member])
      return refusal(`the vault's ${member} is ${identity[member]}, this machine remembers ${anchor[member]}`);
  }
  if (checkpoint === undefined) return refusal("the vault's checkpoint is missing, altered, or of another host key");
  const { size, root } = checkpoint;
  const { head } = anchor;
  if (size < head.size) return refusal(`the vault has ${size} entries, this machine remembers ${head.size}`);
  if (size === head.size && root !== head.root) return refusal("the vault's history is another than this machine's");
  return { level: "ok", found: `this machine remembers the vault up to entry ${head.size} of ${size}` };
}
