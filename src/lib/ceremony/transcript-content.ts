import { readEntry } from "../audit/list.ts";
import { timestamp } from "../clock.ts";
import { everyGeneration, type KnownGeneration } from "../quorum/state.ts";
import type { Vault } from "../vault/vault.ts";
import type { Ceremony } from "./ceremony.ts";
import type { Outcome } from "./outcome.ts";
import { approvedPlan, entriesOfPlan } from "./perform-plan.ts";
import { executedPlans, inputsOf, peopleOf } from "./progress.ts";
import { valuesOf } from "./script.ts";
import { type StepView, viewSteps } from "./step-view.ts";
import type { TranscriptContent } from "./transcript.ts";

/** What the transcript of a run says: from its log, and from the vault. */
export async function transcriptContent(
  ceremony: Ceremony,
  vault: Vault,
  outcome: Outcome,
): Promise<TranscriptContent> {
  const { log, script } = ceremony;
  const { ceremony: name, script: hash, run, rehearsal, host, tool } = log.start;
  const { id, name: vaultName, epoch, genesis, hostKey } = vault.identity;
  const generations = await everyGeneration(vault.reader);
  const plans = await plansTold(ceremony, vault, generations);
  return {
    ceremony: name,
    title: script.title,
    script: hash,
    run,
    rehearsal,
    outcome,
    started: log.events[0]?.time ?? timestamp(vault.clock()),
    ended: timestamp(vault.clock()),
    host,
    tool,
    vault: { id, name: vaultName, epoch, genesis, hostKey },
    inputs: Object.entries(inputsOf(log)).map(([input, value]) => ({ name: input, value })),
    participants: [
      ...peopleOf(log).map(({ role, name: person, key }) => ({ role, name: person, quorum: null, key })),
      ...custodiansTold(ceremony, plans, generations),
    ],
    steps: stepsTold(ceremony),
    exceptions: exceptionsTold(ceremony),
    plans,
    entries: await entriesTold(ceremony, vault),
    backups: log
      .all("result")
      .flatMap(({ file, sha256 }) => (file === undefined || sha256 === undefined ? [] : [{ file, sha256 }])),
    checkpoint: (await vault.reader.find("checkpoint", { id: 1 }))?.note ?? null,
  };
}

/** What a step asks for, in one line. */
function stepText({ verb, text, parameters }: StepView): string {
  const values = parameters.map(({ label, value }) => `${label} ${value}`);
  return [`${verb} ${text}`, ...values].join("; ").replace(/\s+/g, " ").trim();
}

function stepsTold({ log, script }: Ceremony): TranscriptContent["steps"] {
  const ticks = new Map(
    log.events.flatMap(({ time, what }) =>
      what.event === "tick" ? [[what.step, { time, initials: what.initials }]] : [],
    ),
  );
  const results = new Map(log.all("result").map(({ step, lines }) => [step, lines]));
  const undone = new Map(log.all("undone").map(({ step, what }) => [step, what]));
  return viewSteps(script).map((step, index) => {
    const tick = ticks.get(index);
    const seen = results.get(index)?.map(({ label, value }) => `${label.trim() === "" ? "" : `${label}: `}${value}`);
    const byMachine = step.kind !== "read" && step.kind !== "check";
    const without = byMachine && seen === undefined ? "not done: the ceremony went on without it" : "done";
    const done = tick === undefined ? "not ticked" : without;
    return {
      number: index + 1,
      text: stepText(step),
      who: step.who,
      time: tick?.time ?? null,
      initials: tick?.initials ?? null,
      outcome: [done, ...(seen ?? []), ...takenBack(undone.get(index))].join("; ").slice(0, 7000),
    };
  });
}

function takenBack(what: string | undefined): string[] {
  return what === undefined ? [] : [`taken back: ${what}`];
}

function exceptionsTold({ log }: Ceremony): TranscriptContent["exceptions"] {
  const stopped = log.events.flatMap(({ time, what }) =>
    what.event === "abort"
      ? [
          {
            step: what.step + 1,
            time,
            expected: "the ceremony is carried through",
            happened: what.reason,
            decided: "aborted",
          },
        ]
      : [],
  );
  const recorded = log.events.flatMap(({ time, what }) => {
    if (what.event !== "exception") return [];
    const { step, expected, happened, decided, initials } = what;
    return [{ step: step + 1, time, expected, happened, decided: `${decided} (${initials})` }];
  });
  return [...recorded, ...stopped];
}

async function plansTold(
  { log }: Ceremony,
  { reader }: Vault,
  generations: readonly KnownGeneration[],
): Promise<TranscriptContent["plans"]> {
  const plans: TranscriptContent["plans"] = [];
  for (const id of executedPlans(log)) {
    const [first] = await entriesOfPlan(reader, id);
    const row = await reader.find("plans", { id });
    if (first === undefined || row === undefined) continue;
    const approvals = approvedPlan(first).approvals.map(({ custodian, quorum, at, key }) => ({
      custodian,
      quorum: generations.find((generation) => generation.id === quorum)?.name ?? quorum,
      at,
      key,
    }));
    plans.push({ id, digest: row.digest, approvals });
  }
  return plans;
}

/** Who approved a plan, or proved a share; each once, with the key of the newest generation in which the name stands. */
function custodiansTold(
  { log, script }: Ceremony,
  plans: TranscriptContent["plans"],
  generations: readonly KnownGeneration[],
): TranscriptContent["participants"] {
  const names = new Set(
    plans.flatMap(({ approvals }) => approvals.map(({ custodian, quorum }) => `${quorum} ${custodian}`)),
  );
  for (const [index, step] of script.steps.entries()) {
    const quorum = "genesis" in step ? "root" : "rekey" in step ? String(valuesOf(step)["quorum"]) : undefined;
    const active = generations.find((generation) => generation.name === quorum && generation.state === "active");
    if (quorum === undefined || !log.all("result").some((result) => result.step === index)) continue;
    for (const { name } of active?.manifest.custodians ?? []) names.add(`${quorum} ${name}`);
  }
  for (const { step, custodian } of log.all("proved"))
    names.add(`${String(valuesOf(script.steps[step] ?? { read: "-" })["quorum"])} ${custodian}`);
  return [...names].sort().map((both) => {
    const [quorum = "", name = ""] = both.split(" ");
    const seats = generations
      .filter((generation) => generation.name === quorum)
      .toSorted((a, b) => b.generation - a.generation);
    const seat = seats.flatMap((generation) => generation.seats).find((one) => one.name === name);
    return { role: "custodian" as const, name, quorum, key: seat?.custodianKey ?? null };
  });
}

async function entriesTold({ log }: Ceremony, { reader }: Vault): Promise<TranscriptContent["entries"]> {
  const sequences = new Set([...log.all("executed"), ...log.all("result")].flatMap(({ entries }) => entries));
  const entries: TranscriptContent["entries"] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) {
    const { entry, hash } = await readEntry(reader, sequence);
    entries.push({ sequence, type: entry.type, hash });
  }
  return entries;
}
