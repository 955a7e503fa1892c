import type { BackupHead } from "../backup/head.ts";
import { checkpointOf } from "../backup/head.ts";
import type { Restored } from "../backup/restore.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** Who is needed for a restore, and what would come. */
export function backupText(head: BackupHead, sha256: string): string {
  const { manifest, quorums } = head;
  const { size, root } = checkpointOf(head);
  const names = manifest.custodians.map(({ name }) => name).join(", ");
  return fields([
    ["Vault", `${head.name} (${head.vault})${manifest.rehearsal ? ", REHEARSAL" : ""}`],
    ["Genesis", head.genesis],
    ["Made", `${head.time}, by ${head.tool}`],
    ["Audit chain", `${size} entries, root ${root}`],
    ["SHA-256", sha256],
    ["Needs", `${manifest.threshold} of ${names}, with the shares of generation ${manifest.generation}`],
    ...quorums.map(({ name, threshold, custodians }): [string, string] => [
      `Quorum ${name}`,
      `${threshold} of ${custodians}: opened by its own custodians, later`,
    ]),
  ]);
}

/** What a restore did, and what is to do next. */
export function restoredText({ name, vault, path, epoch, genesis, entry, proved }: Restored): string {
  const { keks, materials, unopened, quorums } = proved;
  return [
    fields([
      ["Vault", `${name} (${vault})`],
      ["Folder", path],
      ["Epoch", `${epoch}, a new one`],
      ["Genesis", genesis],
      ["Entry", String(entry)],
      ["Proved", `every ciphertext opens: ${keks} of KEKs, ${materials} of key versions`],
      ...(unopened === 0
        ? []
        : [["Not opened", `${unopened} key versions of ${quorums.join(", ")}: hash checked`] as const]),
    ]),
    `Custodians' machines obey the old host until they know this one: conclave custodian request --vault ${show(path, 300)}`,
  ].join("\n\n");
}
