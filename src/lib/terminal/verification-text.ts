import type { Verification } from "../quorum/verify-vault.ts";
import { fields } from "./fields.ts";

/** What a verification says, for a person: the result first. */
export function verificationText({
  result,
  anchored,
  recoveries,
  ciphertexts,
  vault,
  genesis,
  entries,
  root,
  time,
  lost,
  acts,
  actsByKeysNeverExposed,
}: Verification): string {
  const unaccepted = recoveries.filter(({ accepted }) => !accepted);
  const problems = [
    ...(anchored
      ? []
      : ["CONSISTENT, genesis not anchored: compare it with the paper of the ceremony, then --genesis HASH"]),
    ...unaccepted.map(
      ({ entry, actions, time }) =>
        `CONSISTENT, recovery at entry ${entry} (${actions.join(", ")}, ${time}) not accepted: shares alone approved it; compare its hash with the paper of the ceremony, then --accept-recovery HASH`,
    ),
  ];
  return [
    ...(result === "VERIFIED" ? ["VERIFIED"] : problems),
    fields([
      ["Vault", vault],
      ["Genesis", genesis],
      ["Entries", `${entries}, the last at ${time}`],
      ["Head", root],
      ["Approved acts", actsText(acts, actsByKeysNeverExposed)],
      ...(ciphertexts === "verified"
        ? []
        : [["Not verified", "the ciphertexts of keys: an exported chain has their hashes alone"] as const]),
      ...(lost === null ? [] : [["Kept checkpoint", lostText(lost)] as const]),
      ...recoveries.map(({ entry, hash, accepted }): [string, string] => [
        "Recovery",
        `entry ${entry}, ${hash}${accepted ? ", accepted" : ""}`,
      ]),
    ]),
  ].join("\n");
}

/** What a checkpoint of a host before tells. */
function lostText({ entries, after }: NonNullable<Verification["lost"]>): string {
  const host = "of a host before";
  if (entries === 0) return `${host}: all ${after} entries that it saw are here`;
  const what = entries === 1 ? "1 entry is lost" : `${entries} entries are lost`;
  return `${host}: ${what}, which followed entry ${after} and no backup held`;
}

function actsText(acts: number, byKeysNeverExposed: number): string {
  if (acts === 0) return "none";
  if (acts === byKeysNeverExposed) return `${acts}, all acts approved by keys never exposed to the host`;
  return `${acts}; ${byKeysNeverExposed} of them approved by keys never exposed to the host`;
}
