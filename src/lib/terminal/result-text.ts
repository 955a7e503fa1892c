import type { Executed } from "../quorum/execute-approved.ts";
import { fields } from "./fields.ts";

/** What an executed plan did, entry by entry. */
export function executedText({ plan, entries, effects }: Executed): string {
  return fields([
    ["Plan", plan],
    ["Executed", `entry ${entries[0]}`],
    ...effects.map(({ action, data }, i): [string, string] => [
      action,
      [`entry ${entries[i + 1]}`, ...TOLD.flatMap(([member, title]) => told(data[member], title))].join(", "),
    ]),
  ]);
}

/** What of an entry's data people note down. */
const TOLD = [
  ["key", "key"],
  ["checkValue", "check value"],
  ["fingerprint", "fingerprint"],
  ["keyring", "keyring"],
  ["signature", "signature"],
  ["mac", "MAC"],
] as const;

function told(value: unknown, title: string): string[] {
  return typeof value === "string" ? [`${title} ${value}`] : [];
}
