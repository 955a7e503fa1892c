import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ConclaveError } from "../errors.ts";
import { assertThreshold } from "./manifest.ts";

/** A custodian of a share set that is to be made. */
export interface SeatRequest {
  name: string;
  /** Where the sealed share goes. */
  shareFile: string;
  /** From the custodian's own desk; without it, a passphrase seals the share, and the custodian key is made on the host. */
  enrolment?: { custodianKey: string; recipients: readonly string[]; checked: boolean };
}

/**
 * Check a share set before anybody is asked for a passphrase.
 * @param vault directory of the vault
 * @throws ConclaveError USAGE, EXISTS
 */
export function checkSeats(vault: string, threshold: number, custodians: readonly SeatRequest[]): void {
  checkSeatRequest(vault, threshold, custodians);
  const there = custodians.map(({ shareFile }) => resolve(shareFile)).find((file) => existsSync(file));
  if (there !== undefined) {
    throw new ConclaveError("EXISTS", `${there} exists already`, {
      suggestions: ["Name another --shares-dir, or move the file away"],
    });
  }
}

/** Check what can be said of a share set by itself. @throws ConclaveError USAGE */
export function checkSeatRequest(vault: string, threshold: number, custodians: readonly SeatRequest[]): void {
  assertThreshold(threshold, custodians.length);
  const names = custodians.map(({ name }) => name.toLowerCase());
  const doubled = custodians.find(({ name }, i) => names.indexOf(name.toLowerCase()) < i);
  if (doubled !== undefined) {
    throw new ConclaveError(
      "USAGE",
      `custodian ${doubled.name} is named twice: two seats for one person are no dual control`,
    );
  }
  const enrolments = custodians.flatMap(({ enrolment }) => enrolment ?? []);
  if (new Set(enrolments.map(({ custodianKey }) => custodianKey)).size < enrolments.length) {
    throw new ConclaveError("USAGE", "two enrolments with the same key: two seats for one person are no dual control");
  }
  const recipients = enrolments.flatMap((enrolment) => [...enrolment.recipients]);
  if (new Set(recipients).size < recipients.length) {
    throw new ConclaveError("USAGE", "two enrolments with the same recipient: one person could open both shares");
  }
  const files = custodians.map(({ shareFile }) => resolve(shareFile));
  for (const [i, file] of files.entries()) {
    if (files.indexOf(file) < i) throw new ConclaveError("USAGE", `${file}: two shares in one file`);
    if (file.startsWith(`${resolve(vault)}/`)) {
      throw new ConclaveError("USAGE", `${file} lies in the vault: a share beside what it opens protects nothing`);
    }
  }
}
