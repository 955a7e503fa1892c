import { resolve } from "node:path";
import type { SeatRequest } from "../quorum/seat-request.ts";
import type { KnownGeneration } from "../quorum/state.ts";
import { type SeatFlags, seatRequests } from "./seat-flags.ts";

/**
 * The share set of a rekey: without `--custodian` the same people, without `--threshold` the same number. Who stays
 * brings along the custodian key: that of the enrolment of then, or the one in the share before.
 */
export async function rekeyRequests(
  flags: SeatFlags,
  rehearsal: boolean,
  { manifest, seats }: KnownGeneration,
): Promise<{ threshold: number; custodians: SeatRequest[] }> {
  const custodian = flags.custodian.length > 0 ? flags.custodian : seats.map(({ name }) => name);
  const given = { ...flags, custodian, threshold: flags.threshold ?? manifest.threshold };
  const { threshold, custodians } = await seatRequests(given, rehearsal);
  return { threshold, custodians: custodians.map((request) => staying(request, seats)) };
}

/** The shares go to places on this host, whatever the folder is from which the command runs. */
export function atResolvedPlaces(custodians: readonly SeatRequest[]): SeatRequest[] {
  return custodians.map((request) => ({ ...request, shareFile: resolve(request.shareFile) }));
}

function staying(request: SeatRequest, seats: KnownGeneration["seats"]): SeatRequest {
  const seat = seats.find(({ name }) => name === request.name);
  if (seat === undefined || request.enrolment !== undefined) return request;
  if (seat.key === "host") return { ...request, carried: seat.custodianKey };
  const { custodianKey, recipients, enrolment } = seat;
  return { ...request, enrolment: { custodianKey, recipients, checked: enrolment === "checked" } };
}
