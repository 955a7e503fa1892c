import { z } from "zod";
import type { PlannedAction } from "../quorum/action.ts";
import { clockAccept } from "../quorum/clock-accept.ts";
import type { Reader } from "../storage/storage.ts";
import type { Script } from "./script.ts";
import { KEY_ACTIONS } from "./scripted-key.ts";
import { KEYRING_ACTIONS } from "./scripted-keyring.ts";
import { row, type ScriptedAction } from "./scripted-row.ts";

/** All actions that a script can ask for. */
export const SCRIPTED_ACTIONS: ReadonlyMap<string, ScriptedAction> = new Map<string, ScriptedAction>([
  ...KEY_ACTIONS,
  ...KEYRING_ACTIONS,
  [
    clockAccept.name,
    row("Accept the clock of the host", z.strictObject({}), async (_, { time }) => [
      { action: clockAccept.name, parameters: { time } },
    ]),
  ],
]);

/** Why the other actions are none of a script. */
export const NOT_SCRIPTED: ReadonlyMap<string, string> = new Map([
  ["key.sign", "its message and its signature are files of the command: conclave key sign"],
  ["key.mac", "its message and its code are files of the command: conclave key mac"],
  ["key.encrypt", "its plaintext and its ciphertext are files of the command: conclave key encrypt"],
  ["key.decrypt", "its ciphertext and its plaintext are files of the command: conclave key decrypt"],
  ["key.import", "what comes in is typed or read before the plan: the step import does it"],
  ["key.import-version", "what comes in is read before the plan: conclave key import NAME --new-version"],
  ["key.export", "what leaves is a file: the step export does it"],
  ["quorum.create", "it makes shares, which custodians prove in a command of its own: conclave quorum create"],
  ["quorum.rekey", "it makes shares: the step rekey does it"],
  ["custodian.handover", "it takes a release of the custodian's own desk: conclave custodian handover"],
  ["backup.verify", "the step prove does it"],
  ["vault.restore", "the step restore does it"],
]);

/**
 * The plan of a script's action steps: names resolved as the vault is now.
 * @param script with its inputs filled in
 * @param time at which states of keys are looked at, RFC 3339
 * @throws ConclaveError USAGE, NOT_FOUND, REFUSED naming the step
 */
export async function planScript(script: Script, state: Reader, time: string): Promise<PlannedAction[]> {
  const planned: PlannedAction[] = [];
  for (const step of script.steps) {
    if (!("action" in step)) continue;
    const scripted = SCRIPTED_ACTIONS.get(step.action);
    if (scripted === undefined) throw new TypeError(`a script that was not checked: ${step.action}`);
    planned.push(...(await scripted.plan(step.with, { state, time, earlier: planned })));
  }
  return planned;
}
