import type { EventOf } from "./run-event.ts";
import type { RunLog } from "./run-log.ts";
import type { Person } from "./stage.ts";

/** A backup that a step made. */
export interface BackupDone {
  file: string;
  sha256: string;
}

/** Index of the first step that nobody ticked; the number of steps if all are. */
export function nextStep(log: RunLog, steps: number): number {
  const ticked = new Set(log.all("tick").map(({ step }) => step));
  for (let step = 0; step < steps; step++) if (!ticked.has(step)) return step;
  return steps;
}

/** Whether the machine did its part of a step. */
export function isPerformed(log: RunLog, step: number): boolean {
  return log.all("result").some((result) => result.step === step);
}

/** When the machine began its part of a step first; undefined: it didn't. */
export function begunAt(log: RunLog, step: number): string | undefined {
  return log.events.find(({ what }) => what.event === "begin" && what.step === step)?.time;
}

/** Plans of a step, those that came to nothing too, the last one last. */
export function plansOf(log: RunLog, step: number): EventOf<"plan">[] {
  return log.all("plan").filter((plan) => plan.step === step);
}

/** Ids of the plans that were executed, in their order. */
export function executedPlans(log: RunLog): string[] {
  return log.all("executed").map(({ plan }) => plan);
}

/** The backup that the ceremony made last. */
export function lastBackupOf(log: RunLog): BackupDone | undefined {
  for (const { file, sha256 } of log.all("result").toReversed())
    if (file !== undefined && sha256 !== undefined) return { file, sha256 };
  return undefined;
}

/** Who has which role by now. */
export function peopleOf(log: RunLog): Person[] {
  const people: Person[] = log.all("person").map(({ role, name, initials, key }) => ({ role, name, initials, key }));
  for (const { role, from, to, initials, key } of log.all("handover")) {
    const place = people.findIndex((person) => person.role === role && person.name === from);
    people[place === -1 ? people.length : place] = { role, name: to, initials, key };
  }
  return people;
}

/** What was asked for at the run. */
export function inputsOf(log: RunLog): Record<string, string> {
  return Object.fromEntries(log.all("input").map(({ name, value }) => [name, value]));
}
