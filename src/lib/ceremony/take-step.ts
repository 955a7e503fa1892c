import { ConclaveError, isConclaveError } from "../errors.ts";
import type { Ceremony } from "./ceremony.ts";
import { isOfMachine, perform } from "./perform.ts";
import { isPerformed, peopleOf } from "./progress.ts";
import type { Step } from "./script.ts";
import type { AfterFailure, Answer, Place } from "./stage.ts";

/** How a step was left: ticked, or the run is paused, waits for people elsewhere, or was stopped for good. */
export type Left = "done" | "pause" | "wait" | { abort: string };

/** Take one step of a run: show it, let the machine do its part, and let people tick it. */
export async function takeStep(ceremony: Ceremony, index: number): Promise<Left> {
  const { stage, log } = ceremony;
  for (;;) {
    const place = placeOf(ceremony, index);
    await stage.showStep(place);
    const left = await attempt(ceremony, place);
    if (left.kind === "done") {
      log.append({ event: "tick", step: index, initials: left.initials });
      return "done";
    }
    const ended = await aside(ceremony, place, left);
    if (ended !== undefined) return ended;
  }
}

/** Where a run stands. */
export function placeOf({ script, log }: Pick<Ceremony, "script" | "log">, index: number): Place {
  const step = script.steps[index];
  if (step === undefined) throw new RangeError(`no step ${index}`);
  return {
    script,
    rehearsal: log.start.rehearsal,
    index,
    step,
    next: script.steps[index + 1],
    people: peopleOf(log),
    minutesLeft: script.steps.slice(index).reduce((sum, { minutes }) => sum + (minutes ?? 0), 0),
  };
}

/** What a person, or an error, makes of a step. */
type Turn = Answer | { kind: "wait" } | { kind: "again" } | { kind: "without" };

/** Do and tick the step; Ctrl-C and whatever is refused become a choice of what to do. */
async function attempt(ceremony: Ceremony, place: Place): Promise<Turn> {
  const { stage } = ceremony;
  try {
    return await doAndTick(ceremony, place);
  } catch (error) {
    if (isConclaveError(error, "ABORTED")) return { kind: await choiceAfter(stage.interrupted(place)) };
    if (!isConclaveError(error)) throw error;
    return { kind: await choiceAfter(stage.failed(place, error, isDispensable(place.step))) };
  }
}

async function doAndTick(ceremony: Ceremony, place: Place): Promise<Turn> {
  const { stage, log } = ceremony;
  const { index, step } = place;
  if (isOfMachine(step)) {
    if (!isPerformed(log, index)) {
      const ready = await stage.ready(place);
      if (ready.kind !== "begin") return ready;
    }
    const result = isPerformed(log, index) ? toldBefore(ceremony, index) : (await perform(ceremony, index))?.lines;
    if (result === undefined) return { kind: "wait" };
    await stage.showResult(place, result);
  }
  return stage.tick(place);
}

/** Whether the vault is the same with and without it; an act, a genesis or a restore is what the ceremony is held for. */
function isDispensable(step: Step): boolean {
  return "do" in step || "show" in step || "prove" in step || "drill" in step;
}

function toldBefore({ log }: Ceremony, index: number) {
  return log.all("result").findLast(({ step }) => step === index)?.lines;
}

/** A second Ctrl-C, at the question itself, pauses: nothing is lost by it. */
async function choiceAfter(asked: Promise<"on" | "again" | AfterFailure>): Promise<"again" | AfterFailure> {
  try {
    const choice = await asked;
    return choice === "on" ? "again" : choice;
  } catch (error) {
    if (isConclaveError(error, "ABORTED")) return "pause";
    throw error;
  }
}

/** What isn't the step itself. @returns undefined: go on with the step */
async function aside(
  ceremony: Ceremony,
  place: Place,
  turn: Exclude<Turn, { kind: "done" }>,
): Promise<Left | undefined> {
  const { stage, log } = ceremony;
  const { index: step } = place;
  try {
    if (turn.kind === "pause" || turn.kind === "wait") return turn.kind;
    if (turn.kind === "abort") return { abort: await stage.reasonToAbort(place) };
    if (turn.kind === "exception" || turn.kind === "without") {
      const exception = await stage.describeException(place);
      log.append({ event: "exception", step, ...exception });
      if (turn.kind === "exception") return undefined;
      log.append({ event: "tick", step, initials: exception.initials });
      return "done";
    }
    if (turn.kind === "handover") {
      const { role, from, name: to, initials, key } = await stage.handOver(place);
      log.append({ event: "handover", step, role, from, to, initials, key });
    }
    return undefined;
  } catch (error) {
    if (error instanceof ConclaveError && error.code === "ABORTED") return undefined; // not after all
    throw error;
  }
}
