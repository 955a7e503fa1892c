import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { utf8 } from "../bytes.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { nameSchema, publicKeySchema } from "../names.ts";
import type { Line, NewShareOnHost } from "./action.ts";
import { assertThreshold, type Seat } from "./manifest.ts";

export const seatRequestSchema = z.strictObject({
  name: nameSchema,
  /** Where the sealed share goes: a path on the host, absolute in a plan. */
  shareFile: z.string().startsWith("/").max(4096),
  /** From the custodian's own desk; without it, a passphrase seals the share, and the custodian key lies in it. */
  enrolment: z
    .strictObject({
      custodianKey: publicKeySchema,
      recipients: z.array(z.string().max(4096)).min(1).max(LIMITS.recipients),
      checked: z.boolean(),
    })
    .optional(),
  /** Public half of the custodian key that goes over from the share before; without it, the host makes one. */
  carried: publicKeySchema.optional(),
});

/** A custodian of a share set that is to be made. */
export type SeatRequest = z.infer<typeof seatRequestSchema>;

/**
 * Check a share set before anybody is asked for a passphrase.
 * @param vault directory of the vault
 * @throws ConclaveError USAGE, EXISTS
 */
export function checkSeats(vault: string, threshold: number, custodians: readonly SeatRequest[]): void {
  checkSeatRequest(vault, threshold, custodians);
  assertNoShareFiles(custodians);
}

/** @throws ConclaveError EXISTS: nothing is overwritten */
export function assertNoShareFiles(custodians: readonly SeatRequest[]): void {
  const there = custodians.map(({ shareFile }) => resolve(shareFile)).find((file) => existsSync(file));
  if (there === undefined) return;
  throw new ConclaveError("EXISTS", `${there} exists already`, {
    suggestions: ["Name another --shares-dir, or move the file away"],
  });
}

/** Check what can be said of a share set by itself. @throws ConclaveError USAGE */
export function checkSeatRequest(vault: string, threshold: number, custodians: readonly SeatRequest[]): void {
  checkSeatSet(threshold, custodians);
  for (const file of custodians.map(({ shareFile }) => resolve(shareFile))) {
    if (file.startsWith(`${resolve(vault)}/`)) {
      throw new ConclaveError("USAGE", `${file} lies in the vault: a share beside what it opens protects nothing`);
    }
  }
}

/** Check what can be said of a share set wherever it is read. @throws ConclaveError USAGE */
export function checkSeatSet(threshold: number, custodians: readonly SeatRequest[]): void {
  assertThreshold(threshold, custodians.length);
  const names = custodians.map(({ name }) => name.toLowerCase());
  const doubled = custodians.find(({ name }, i) => names.indexOf(name.toLowerCase()) < i);
  if (doubled !== undefined) {
    throw new ConclaveError(
      "USAGE",
      `custodian ${doubled.name} is named twice: two seats for one person are no dual control`,
    );
  }
  const keys = custodians.flatMap(({ enrolment, carried }) => enrolment?.custodianKey ?? carried ?? []);
  if (new Set(keys).size < keys.length) {
    throw new ConclaveError("USAGE", "two enrolments with the same key: two seats for one person are no dual control");
  }
  const recipients = custodians.flatMap(({ enrolment }) => enrolment?.recipients ?? []);
  if (new Set(recipients).size < recipients.length) {
    throw new ConclaveError("USAGE", "two enrolments with the same recipient: one person could open both shares");
  }
  const files = custodians.map(({ shareFile }) => resolve(shareFile));
  for (const [i, file] of files.entries()) {
    if (files.indexOf(file) < i) throw new ConclaveError("USAGE", `${file}: two shares in one file`);
  }
}

/** The shares that are sealed to passphrases, whose custodians are at the host. */
export function sharesOnHost(custodians: readonly SeatRequest[]): NewShareOnHost[] {
  return custodians
    .filter(({ enrolment }) => enrolment === undefined)
    .map(({ name, carried }) => ({ custodian: name, carried: carried ?? null }));
}

/** What a person must know of each seat to say yes to it. */
export function seatLines(custodians: readonly SeatRequest[]): Line[] {
  return custodians.flatMap(({ name, shareFile, enrolment, carried }) => [
    { label: `Custodian ${name}`, value: keyLine(enrolment, carried) },
    { label: "Share into", value: shareFile },
  ]);
}

function keyLine(enrolment: SeatRequest["enrolment"], carried: string | undefined): string {
  if (enrolment !== undefined) {
    const words = enrolment.checked ? "words compared" : "words NOT compared";
    const { custodianKey, recipients } = enrolment;
    return `own key ${custodianKey.slice(0, 16)}…, ${words}; sealed to ${recipientsText(recipients)}`;
  }
  return carried === undefined
    ? "a new key, made on the host; sealed to a passphrase"
    : `the key from the share before, ${carried.slice(0, 16)}…; sealed to a passphrase`;
}

/** How many recipients, with a digest by which people tell others of the same number apart. */
export function recipientsText(recipients: readonly string[]): string {
  const digest = sha256Hex(utf8(recipients.join("\n"))).slice(0, 16);
  return `${recipients.length} recipient${recipients.length === 1 ? "" : "s"} (sha-256 ${digest}…)`;
}

/** How a seat of a manifest differs from what was asked for, if it does. */
export function seatProblem(seat: Seat, { name, enrolment, carried }: SeatRequest): string | undefined {
  if (seat.name !== name) return `a seat of ${seat.name}, wanted ${name}`;
  const wanted = enrolment?.custodianKey ?? carried;
  if (wanted !== undefined && seat.custodianKey !== wanted) return `another custodian key of ${name}`;
  if (seat.key !== (enrolment === undefined ? "host" : "own")) return `a key of ${name} that was made elsewhere`;
  const checked = enrolment && (enrolment.checked ? "checked" : "unchecked");
  if (seat.enrolment !== (checked ?? null)) return `another enrolment of ${name}`;
  if (seat.recipients.join() !== (enrolment?.recipients ?? []).join()) return `other recipients of ${name}`;
  return undefined;
}
