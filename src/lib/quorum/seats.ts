import { z } from "zod";
import { enrolmentProblem } from "../custodian/enrolment.ts";
import { type Handover, handoverSchema, verifyHandover } from "../custodian/handover.ts";
import { type Manifest, manifestHash, manifestProblem, type Seat } from "./manifest.ts";

/** Most handovers in one generation of a quorum. */
const HANDOVERS = 1024;

/** Handovers of one generation, in the order in which they were made. */
export const handoversSchema = z.array(handoverSchema).max(HANDOVERS);

/**
 * The seats of a manifest as its custodians' handovers left them: other keys and recipients, the same shares. The key
 * that hands over vouches for the other one.
 * @param refuse makes the error to be thrown for a handover that doesn't follow
 */
export function seatsAfter(
  manifest: Manifest,
  handovers: readonly Handover[],
  refuse: (problem: string) => Error,
): readonly Seat[] {
  let seats: readonly Seat[] = manifest.custodians;
  for (const handover of handovers) {
    const problem = handoverProblem(handover, manifest, seats);
    if (problem !== undefined) throw refuse(`handover of ${handover.statement.custodian}: ${problem}`);
    seats = handedOver(seats, handover);
  }
  return seats;
}

/** Why a handover doesn't apply to the seats of a manifest, if it doesn't. */
export function handoverProblem(handover: Handover, manifest: Manifest, seats: readonly Seat[]): string | undefined {
  const { vault, custodian, from, to, manifest: generation } = handover.statement;
  if (vault !== manifest.vault || generation !== manifestHash(manifest))
    return "of another vault, quorum or generation";
  const seat = seats.find(({ name }) => name === custodian);
  if (seat === undefined) return `not a custodian of quorum ${manifest.name}`;
  if (seat.key !== "own") return "its key lies in the share: a rekey with an enrolment is the way";
  if (seat.custodianKey !== from) return "by a key that does not speak for the seat";
  if (to.enrolment.name !== custodian) return `to an enrolment of ${to.enrolment.name}`;
  if (to.enrolment.rehearsal !== manifest.rehearsal) return "rehearsal and production are mixed";
  if (to.enrolment.custodianKey === from) return "to the same key";
  const unfit = enrolmentProblem(to);
  if (unfit !== undefined) return `enrolment: ${unfit}`;
  if (!verifyHandover(handover)) return "not signed by the key that hands over";
  return manifestProblem({ threshold: manifest.threshold, custodians: [...handedOver(seats, handover)] });
}

function handedOver(seats: readonly Seat[], { statement }: Handover): readonly Seat[] {
  const { custodianKey, recipients } = statement.to.enrolment;
  return seats.map(
    (seat): Seat =>
      seat.name === statement.custodian ? { ...seat, custodianKey, recipients, enrolment: "checked" } : seat,
  );
}
