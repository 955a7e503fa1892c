import { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { USAGES } from "../key/algorithm.ts";
import { planKeyCreate, planRotate, planRotateDue, planTransition, planUpdate } from "../key/request.ts";
import { TRANSITIONS, type Transition } from "../key/state.ts";
import { TRANSITION_ROWS } from "../key/transition.ts";
import { LIMITS } from "../limits.ts";
import { textSchema } from "../names.ts";
import { newKeyValues } from "./new-key-values.ts";
import { oneOf, row, type ScriptedAction, textValue } from "./scripted-row.ts";

const texts = z.array(textValue).max(LIMITS.tags);
/** One key, or several: NAME or KEYRING/NAME each. */
const keys = { key: textValue.optional(), keys: z.array(textValue).min(1).max(LIMITS.custodians).optional() };
/** `90d`, `1y`, or `none`. */
const cryptoperiod = textValue;

const TRANSITION_TITLES = {
  activate: "Activate keys: they may be used",
  suspend: "Suspend keys: nothing may be done with them until they are resumed",
  resume: "Resume keys: back to the state before they were suspended",
  deactivate: "Deactivate keys: they open what they protected, and protect nothing new",
  compromise: "Mark keys as compromised: known to others",
  destroy: "Destroy keys: their material is erased for ever, but for copies in backups",
} as const satisfies Record<Transition, string>;

/** Actions on keys, as scripts say them. */
export const KEY_ACTIONS: readonly [string, ScriptedAction][] = [
  [
    "key.create",
    row(
      "Make a key",
      z.strictObject({
        ...newKeyValues,
        "pre-active": z.boolean().default(false),
        "activate-at": textValue.optional(),
        "deactivate-at": textValue.optional(),
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
      "Make new versions of keys",
      z.strictObject({ ...keys, due: z.boolean().default(false), keyring: textValue.optional() }),
      async (given, { state, time }) => {
        if (!given.due) return Promise.all(namesOf(given).map((name) => planRotate(state, name)));
        const due = await planRotateDue(state, given.keyring, time);
        if (due.length === 0) throw new ConclaveError("REFUSED", "no key is due");
        return due;
      },
      (given) =>
        given["keyring"] === undefined || given["due"] === true
          ? oneOf("key", "keys", "due")(given)
          : "keyring goes with due: true; a key is named KEYRING/NAME",
    ),
  ],
  [
    "key.update",
    row(
      "Change what is known of a key, or narrow its usages",
      z.strictObject({
        key: textValue,
        name: textValue.optional(),
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

function transitionRow(transition: Transition): ScriptedAction {
  const { reasonNeeded, scope } = TRANSITION_ROWS[transition];
  const reason = reasonNeeded ? textSchema.min(1) : textSchema.default("");
  const every = z.strictObject({ ...keys, reason });
  const named = every.extend({ version: z.int().min(1).optional() });
  const schema = scope === "named versions" ? named : every;
  const plan: ScriptedAction["plan"] = async (given, { state, time }) => {
    const { version, reason: why, ...which } = named.parse(given);
    return Promise.all(namesOf(which).map((name) => planTransition(state, transition, name, version, why, time)));
  };
  return row(TRANSITION_TITLES[transition], schema, plan, oneOf("key", "keys"));
}

function namesOf({ key, keys: several = [] }: { key?: string | undefined; keys?: string[] | undefined }): string[] {
  return key === undefined ? several : [key, ...several];
}
