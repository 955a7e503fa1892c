import { hostname } from "node:os";
import { fromUtf8, utf8 } from "../bytes.ts";
import { timestamp } from "../clock.ts";
import { randomHex } from "../crypto/random.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { userName } from "../host/user.ts";
import { preparePlan } from "../quorum/prepare.ts";
import { hasVault } from "../vault/read-only.ts";
import { openVault } from "../vault/vault.ts";
import { checkBefore, type Failed, refusalOf } from "./before.ts";
import type { Ceremony, CeremonyHost } from "./ceremony.ts";
import { checkSteps } from "./check-steps.ts";
import { type CeremonyEnd, endCeremony } from "./end.ts";
import { bindInputs, checkInput, checkInputsIn, fillIn, type Inputs } from "./input.ts";
import { checkInputFiles } from "./input-files.ts";
import { inputsOf, nextStep } from "./progress.ts";
import type { EventOf } from "./run-event.ts";
import { RunLog } from "./run-log.ts";
import type { Script } from "./script.ts";
import { parseScript, type ScriptFile } from "./script-file.ts";
import { planScript } from "./scripted-action.ts";
import type { Person, Stage } from "./stage.ts";
import { takeStep } from "./take-step.ts";

/** How far a run came this time. */
export type RunResult =
  | { state: "ended"; run: string; end: CeremonyEnd }
  /** It can be gone on with: somebody paused it, or it waits for people elsewhere. */
  | { state: "paused" | "waiting"; run: string; step: number; of: number };

/**
 * Hold a ceremony: ask for what the script asks for, check the host and the vault, then take step after step.
 * Nothing is written before all of that is right.
 *
 * @param given inputs that need not be asked for
 * @throws ConclaveError whatever refuses it before step 1; ABORTED: somebody stopped it there
 */
export async function beginCeremony(
  file: ScriptFile,
  given: ReadonlyMap<string, string>,
  rehearsal: boolean,
  host: CeremonyHost,
  stage: Stage,
): Promise<RunResult> {
  const { script, sha256 } = file;
  const id = randomHex(16);
  await stage.open(script, { id, script: sha256, rehearsal, resumed: false });
  const { inputs, filled, people, checked } = await untilReady(script, given, rehearsal, host, stage);
  const { around, vault, tool } = host;
  const start: EventOf<"start"> = {
    event: "start",
    run: id,
    ceremony: script.ceremony,
    script: sha256,
    text: fromUtf8(file.bytes),
    vault,
    rehearsal,
    tool,
    user: userName(),
    host: hostname(),
  };
  const log = RunLog.create(around.state, around.clock, start, [
    ...Object.entries(inputs).map(([name, value]) => ({ event: "input" as const, name, value })),
    ...people.map((person) => ({ event: "person" as const, ...person })),
    ...checked.map(checkEvent),
  ]);
  return takeSteps({ log, script: filled, host, stage });
}

/** Go on with a run that was paused, waited, or was cut off. @param log opened to be written */
export async function resumeCeremony(log: RunLog, host: CeremonyHost, stage: Stage): Promise<RunResult> {
  const { run, script: sha256, text, ceremony, rehearsal } = log.start;
  const file = parseScript(`${ceremony} of run ${run}`, utf8(text));
  if (file.sha256 !== sha256) throw new ConclaveError("INTEGRITY", `${log.path}: holds another script than it says`);
  const script = fillIn(file.script, inputsOf(log));
  await stage.open(file.script, { id: run, script: sha256, rehearsal, resumed: true });
  const stopped = log.all("abort").at(-1);
  if (stopped === undefined) {
    const hostAlone = { ...script, before: script.before.filter((before) => "host" in before) };
    const checked = await lookUntilSound(() => checkBefore(hostAlone, host, stage), rehearsal, stage, false);
    if (checked === "inputs") throw new TypeError("the inputs of a run that was begun stay what they are");
    log.append({ event: "resume", step: nextStep(log, script.steps.length), user: userName() });
    for (const check of checked) log.append(checkEvent(check));
  }
  return takeSteps({ log, script, host, stage });
}

/** All that is there before step 1. */
interface Ready {
  inputs: Inputs;
  /** The script with its inputs filled in. */
  filled: Script;
  people: Person[];
  checked: readonly Failed[];
}

/** Ask, and look; what is not right can be mended, or given again, as often as people like. */
async function untilReady(
  script: Script,
  given: ReadonlyMap<string, string>,
  rehearsal: boolean,
  host: CeremonyHost,
  stage: Stage,
): Promise<Ready> {
  let people: Person[] | undefined;
  for (let earlier: Inputs | undefined; ; ) {
    const inputs = await askInputs(script, given, earlier, host, stage);
    const filled = fillIn(script, inputs);
    await host.rehearsing?.prepare(filled);
    people ??= await introduce(script, stage);
    const look = async () => [
      ...(await checkBefore(filled, host, stage)),
      ...checkInputFiles(script, inputs),
      ...(await checkVault(filled, inputs, host)),
      ...(await checkSteps({ script: filled, rehearsal, host, stage })),
    ];
    const checked = await lookUntilSound(look, rehearsal, stage, Object.keys(inputs).length > 0);
    if (checked !== "inputs") return { inputs, filled, people, checked };
    earlier = inputs;
  }
}

/** @returns what was found, all of it sound; or that the inputs are to be given again, where they may be */
async function lookUntilSound(
  look: () => Promise<readonly Failed[]>,
  rehearsal: boolean,
  stage: Stage,
  mayChange: boolean,
): Promise<readonly Failed[] | "inputs"> {
  for (;;) {
    const checked = await look();
    await stage.showChecks(checked, rehearsal);
    const refusal = refusalOf(checked, rehearsal);
    if (refusal === undefined) return checked;
    const choice = await stage.notReady(refusal, mayChange);
    if (choice === "stop") throw refusal;
    if (choice === "inputs") return "inputs";
  }
}

async function takeSteps(ceremony: Ceremony): Promise<RunResult> {
  const { log, script } = ceremony;
  const { run } = log.start;
  const of = script.steps.length;
  while (log.all("abort").length === 0) {
    const step = nextStep(log, of);
    if (step === of) break;
    const left = await takeStep(ceremony, step);
    if (left === "done") continue;
    if (left === "pause" || left === "wait") {
      log.append({ event: "pause", step });
      return { state: left === "pause" ? "paused" : "waiting", run, step, of };
    }
    log.append({ event: "abort", step, reason: left.abort });
  }
  return { state: "ended", run, end: await endCeremony(ceremony) };
}

async function askInputs(
  script: Script,
  given: ReadonlyMap<string, string>,
  earlier: Inputs | undefined,
  { rehearsing }: CeremonyHost,
  stage: Stage,
): Promise<Inputs> {
  const { values, missing, defaulted } = bindInputs(script, given);
  const asked: Record<string, string> = { ...values };
  for (const [name, input] of Object.entries(script.inputs)) {
    if (earlier === undefined && !missing.includes(name) && !defaulted.includes(name)) continue;
    const usual = earlier?.[name] ?? rehearsing?.usual(name, input) ?? input.default;
    const question = usual === undefined ? input : { ...input, default: usual };
    for (let problem: string | undefined; ; ) {
      try {
        asked[name] = checkInput(name, input, await stage.askInput(name, question, problem));
        break;
      } catch (error) {
        if (!isConclaveError(error, "USAGE") || !stage.mayAskAgain) throw error;
        problem = error.message;
      }
    }
  }
  return asked;
}

async function introduce({ roles }: Script, stage: Stage): Promise<Person[]> {
  const people: Person[] = [];
  const wanted = [
    ["administrator", roles.administrator],
    ["witness", roles.witnesses],
  ] as const;
  for (const [role, of] of wanted) {
    for (let number = 1; number <= of; number++)
      people.push({ role, ...(await stage.introduce(role, number, of, people)) });
  }
  return people;
}

/** What the script needs of the vault: that what the inputs name is there, and that its plan could be executed as things stand. */
async function checkVault(script: Script, inputs: Inputs, host: CeremonyHost): Promise<Failed[]> {
  if (!hasVault(host) || script.steps.some((step) => "genesis" in step || "restore" in step)) return [];
  const check = "script and vault";
  try {
    await using vault = await openVault(host.vault, host.around);
    await checkInputsIn(vault.reader, script, inputs);
    if (!script.steps.some((step) => "action" in step)) return [];
    const actions = await planScript(script, vault.reader, timestamp(vault.clock()));
    const { objection } = await preparePlan(vault, host.catalogue, { actions, reason: "" });
    if (objection !== undefined) throw objection;
    return [{ check, code: "REFUSED", passed: true, found: "its plan could be executed as the vault stands" }];
  } catch (error) {
    if (!isConclaveError(error)) throw error;
    const [mend] = error.suggestions;
    const { code, message } = error;
    return [{ check, code, passed: false, found: message, ...(mend !== undefined && { mend }) }];
  }
}

function checkEvent({ check, found, passed }: Failed): EventOf<"check"> {
  return { event: "check", check, found, passed };
}
