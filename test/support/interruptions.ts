import { expect } from "vitest";
import { InterruptedRun } from "./interrupted.ts";

/** What a ceremony may do again after it was cut off, or tells of being cut off. */
const REPEATABLE = ["backup.create", "plan.refuse", "ceremony.end", "custodian.request", "quorum.cancel"];

/** How often a script that nobody disturbs asks people something, and the entries that it makes. */
export async function undisturbed(script: string): Promise<{ calls: number; entries: Record<string, number> }> {
  await using run = await InterruptedRun.setUp(script);
  expect((await run.begin())?.state).toBe("ended");
  return { calls: run.calls, entries: await run.entries() };
}

/** Killed at the nth question, the next run brings the ceremony to its end, and nothing was done twice. */
export async function expectResumed(script: string, at: number, entries: Record<string, number>): Promise<void> {
  await using run = await InterruptedRun.setUp(script);
  expect(await run.begin({ at, by: "kill" })).toBeUndefined();
  const result = await run.next();
  expect(result).toMatchObject({ state: "ended", end: { outcome: "proven", unsigned: [] } });
  expect(once(await run.entries())).toEqual(once(entries));
}

/** Stopped for good at the nth question: it says so in the chain, if there is a vault, and the run is over. */
export async function expectAborted(script: string, at: number): Promise<void> {
  await using run = await InterruptedRun.setUp(script);
  const result = await run.begin({ at, by: "abort" });
  expect(result).toMatchObject({ state: "ended", end: { outcome: "aborted" } });
  if (result?.state !== "ended" || result.end.transcript === null) return;
  expect((await run.entries())["ceremony.end"]).toBe(1);
}

function once(entries: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(entries).filter(([type]) => !REPEATABLE.includes(type)));
}
