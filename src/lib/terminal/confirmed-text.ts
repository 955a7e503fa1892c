import type { Confirmed } from "../quorum/confirm.ts";
import { show } from "./escape.ts";

/** What a recorded proof did. */
export function confirmedText({ custodian, quorum, entry, missing }: Confirmed): string {
  const rest = missing.length === 0 ? "every custodian of it has proved" : `not yet proved: ${missing.join(", ")}`;
  return show(`${custodian} proved the share of quorum ${quorum}, entry ${entry}; ${rest}`, 400);
}
