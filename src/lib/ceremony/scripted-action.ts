import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import { ALGORITHM_NAMES, USAGES } from "../key/algorithm.ts";
import { findKeyring } from "../key/find.ts";
import { keyringCreate } from "../key/keyring-create.ts";
import { keyringRewrap } from "../key/keyring-rewrap.ts";
import { keyringRotate } from "../key/keyring-rotate.ts";
import { planKeyCreate, planRotate, planRotateDue, planTransition, planUpdate } from "../key/request.ts";
import { TRANSITIONS, type Transition } from "../key/state.ts";
import { TRANSITION_ROWS } from "../key/transition.ts";
import { LIMITS } from "../limits.ts";
import { textSchema } from "../names.ts";
import type { PlannedAction } from "../quorum/action.ts";
import { clockAccept } from "../quorum/clock-accept.ts";
import { ROOT_QUORUM, requireQuorum } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { Script } from "./script.ts";
import { kindOf } from "./script.ts";

/** The state of the vault that actions are planned from. */
interface Planning {
  state: Reader;
  /** At which states of keys are looked at, RFC 3339. */
  time: string;
  /** What the same plan does before. */
  earlier: readonly PlannedAction[];
}

/** How a script says an action: parameters in the words of its command. */
export interface ScriptedAction {
  /** What `with` may say; strict. */
  readonly with: z.ZodObject;
  /** @throws ConclaveError USAGE, NOT_FOUND, REFUSED (nothing to be done) */
  plan(given: Record<string, unknown>, planning: Planning): Promise<PlannedAction[]>;
}

const text = z.string().min(1).max(LIMITS.proseLength);
const texts = z.array(text).max(LIMITS.tags);
/** One key, or several: NAME or KEYRING/NAME each. */
const keys = { key: text.optional(), keys: z.array(text).min(1).max(LIMITS.custodians).optional() };
const usages = z.union([z.literal("default"), z.array(z.enum(USAGES)).min(1).max(USAGES.length)]);
/** `90d`, `1y`, or `none`. */
const cryptoperiod = text;

const KEY_ACTIONS: readonly [string, ScriptedAction][] = [
  [
    "key.create",
    row(
      z.strictObject({
        name: text,
        keyring: text.default("default"),
        algorithm: z.enum(ALGORITHM_NAMES),
        usages: usages.default("default"),
        tags: texts.default([]),
        cryptoperiod: cryptoperiod.default("none"),
        exportable: z.boolean().default(false),
        "pre-active": z.boolean().default(false),
        "activate-at": text.optional(),
        "deactivate-at": text.optional(),
      }),
      async (given, { state }) => [
        await planKeyCreate(state, {
          name: given.name,
          keyring: given.keyring,
          algorithm: given.algorithm,
          usages: given.usages === "default" ? undefined : given.usages,
          tag: given.tags,
          cryptoperiod: given.cryptoperiod === "none" ? undefined : given.cryptoperiod,
          exportable: given.exportable,
          preActive: given["pre-active"],
          activateAt: given["activate-at"],
          deactivateAt: given["deactivate-at"],
        }),
      ],
    ),
  ],
  [
    "key.rotate",
    row(
      z.strictObject({ ...keys, due: z.boolean().default(false), keyring: text.optional() }),
      async (given, { state, time }) => {
        const names = namesOf(given);
        if (given.due === names.length > 0)
          throw new ConclaveError("USAGE", "key.rotate wants key, keys, or due: true");
        if (!given.due) return Promise.all(names.map((name) => planRotate(state, name)));
        const due = await planRotateDue(state, given.keyring, time);
        if (due.length === 0) throw new ConclaveError("REFUSED", "no key is due");
        return due;
      },
    ),
  ],
  [
    "key.update",
    row(
      z.strictObject({
        key: text,
        name: text.optional(),
        tags: texts.default([]),
        "remove-tags": texts.default([]),
        cryptoperiod: cryptoperiod.optional(),
        usages: z.array(z.enum(USAGES)).min(1).max(USAGES.length).optional(),
        "not-exportable": z.boolean().default(false),
      }),
      async (given, { state }) => [
        await planUpdate(state, given.key, {
          name: given.name,
          tag: given.tags,
          removeTag: given["remove-tags"],
          cryptoperiod: given.cryptoperiod,
          usages: given.usages,
          notExportable: given["not-exportable"],
        }),
      ],
    ),
  ],
  ...TRANSITIONS.map((transition): [string, ScriptedAction] => [`key.${transition}`, transitionRow(transition)]),
];

const KEYRING_ACTIONS: readonly [string, ScriptedAction][] = [
  [
    keyringCreate.name,
    row(z.strictObject({ name: text, quorum: text.default(ROOT_QUORUM) }), async (given, { state }) => {
      const { id, name } = await requireQuorum(state, given.quorum);
      return [{ action: keyringCreate.name, parameters: { name: given.name, quorum: { id, name } } }];
    }),
  ],
  [
    keyringRotate.name,
    row(z.strictObject({ keyring: text.optional(), quorum: text.optional() }), async (given, { state }) =>
      (await keyringsOf(keyringRotate.name, given, state)).map(({ id, name, kekVersion }) => ({
        action: keyringRotate.name,
        parameters: { keyring: { id, name }, from: kekVersion },
      })),
    ),
  ],
  [
    keyringRewrap.name,
    row(z.strictObject({ keyring: text.optional(), quorum: text.optional() }), async (given, { state, earlier }) =>
      (await keyringsOf(keyringRewrap.name, given, state)).map(({ id, name, kekVersion }) => ({
        action: keyringRewrap.name,
        parameters: { keyring: { id, name }, to: kekVersion + (rotates(earlier, id) ? 1 : 0) },
      })),
    ),
  ],
];

/** All actions that a script can ask for. */
export const SCRIPTED_ACTIONS: ReadonlyMap<string, ScriptedAction> = new Map<string, ScriptedAction>([
  ...KEY_ACTIONS,
  ...KEYRING_ACTIONS,
  [
    clockAccept.name,
    row(z.strictObject({}), async (_, { time }) => [{ action: clockAccept.name, parameters: { time } }]),
  ],
]);

/** Why the other actions are none of a script. */
export const NOT_SCRIPTED: ReadonlyMap<string, string> = new Map([
  ["key.sign", "its message and its signature are files of the command: conclave key sign"],
  ["key.mac", "its message and its code are files of the command: conclave key mac"],
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
    if (kindOf(step) !== "action" || !("action" in step)) continue;
    const scripted = SCRIPTED_ACTIONS.get(step.action);
    if (scripted === undefined) throw new TypeError(`a script that was not checked: ${step.action}`);
    planned.push(...(await scripted.plan(step.with, { state, time, earlier: planned })));
  }
  return planned;
}

function row<S extends z.ZodObject>(
  schema: S,
  plan: (given: z.output<S>, planning: Planning) => Promise<PlannedAction[]>,
): ScriptedAction {
  return {
    with: schema,
    async plan(given, planning) {
      const parsed = schema.safeParse(given);
      if (!parsed.success) throw new ConclaveError("USAGE", firstIssue(parsed.error.issues));
      return plan(parsed.data, planning);
    },
  };
}

function transitionRow(transition: Transition): ScriptedAction {
  const { reasonNeeded, scope } = TRANSITION_ROWS[transition];
  const reason = reasonNeeded ? textSchema.min(1) : textSchema.default("");
  const version = scope === "named versions" ? { version: z.int().min(1).optional() } : {};
  const schema = z.strictObject({ ...keys, reason, ...version });
  return row(schema, async (given, { state, time }) => {
    const names = namesOf(given);
    if (names.length === 0) throw new ConclaveError("USAGE", `key.${transition} wants key or keys`);
    const number = "version" in given && typeof given.version === "number" ? given.version : undefined;
    return Promise.all(
      names.map((name) => planTransition(state, transition, name, number, String(given.reason), time)),
    );
  });
}

function namesOf({ key, keys: several = [] }: { key?: string | undefined; keys?: string[] | undefined }): string[] {
  return key === undefined ? several : [key, ...several];
}

/** One keyring, or all that a quorum guards. */
async function keyringsOf(
  action: string,
  { keyring, quorum }: { keyring?: string | undefined; quorum?: string | undefined },
  state: Reader,
): Promise<Row<"keyrings">[]> {
  if ((keyring === undefined) === (quorum === undefined))
    throw new ConclaveError("USAGE", `${action} wants keyring, or quorum for all that it guards`);
  if (keyring !== undefined) return [await findKeyring(state, keyring)];
  const { id, name } = await requireQuorum(state, quorum ?? "");
  const guarded: Row<"keyrings">[] = [];
  for await (const found of state.rows("keyrings")) if (found.quorum === id) guarded.push(found);
  if (guarded.length === 0) throw new ConclaveError("REFUSED", `quorum ${name} guards no keyring`);
  return guarded;
}

function rotates(earlier: readonly PlannedAction[], keyring: string): boolean {
  return earlier.some(
    ({ action, parameters }) =>
      action === keyringRotate.name && (parameters["keyring"] as { id?: string }).id === keyring,
  );
}
