import { ConclaveError } from "../errors.ts";
import { findKey, findKeyring } from "../key/find.ts";
import { nearest } from "../nearest.ts";
import { requireQuorum } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import { type Bound, INPUT_ROWS, inputProblem } from "./input-type.ts";
import type { Input, Script, Step, Value, Values } from "./script.ts";

/** An input where it stands in a text. */
const PLACEHOLDER = /\$\{inputs\.([a-z][a-z0-9-]{0,31})\}/g;

/** An input that is the whole of a value. */
const WHOLE = /^\$\{inputs\.([a-z][a-z0-9-]{0,31})\}$/;

/** What a run was given, each text found right; they stand in the plan that custodians approve. */
export type Inputs = Readonly<Record<string, string>>;

export interface BoundInputs {
  /** Of what was given, and defaults of what was not. */
  values: Inputs;
  /** Names of those that were not given and have no default, in the script's order. */
  missing: string[];
  /** Names of those whose default was taken. */
  defaulted: string[];
}

/**
 * Check what was given as inputs of a script.
 * @throws ConclaveError USAGE naming the input, what was wanted, and what is unknown
 */
export function bindInputs(script: Script, given: ReadonlyMap<string, string>): BoundInputs {
  const known = Object.keys(script.inputs);
  for (const name of given.keys()) {
    if (Object.hasOwn(script.inputs, name)) continue;
    const meant = nearest(name, known);
    const hint = known.length === 0 ? "It takes none" : `It takes ${known.join(", ")}`;
    throw new ConclaveError("USAGE", `ceremony ${script.ceremony} has no input ${name}`, {
      suggestions: [meant.length === 0 ? hint : `Did you mean ${meant.join(" or ")}?`],
    });
  }
  const values: Record<string, string> = {};
  const [missing, defaulted]: [string[], string[]] = [[], []];
  for (const [name, input] of Object.entries(script.inputs)) {
    const text = given.get(name);
    if (text !== undefined) values[name] = checkInput(name, input, text);
    else if (input.default !== undefined) {
      values[name] = checkInput(name, input, String(input.default));
      defaulted.push(name);
    } else missing.push(name);
  }
  return { values, missing, defaulted };
}

/** The text of one input, found right. @throws ConclaveError USAGE naming the input and what was wanted */
export function checkInput(name: string, { type }: Input, text: string): string {
  const problem = inputProblem(type, text);
  if (problem === undefined) return text;
  throw new ConclaveError("USAGE", `input ${name} ${problem}`, { suggestions: [`Give ${INPUT_ROWS[type].wanted}`] });
}

/** What a person is asked for: the prompt, what is wanted, and the default. */
export function questionOf({ prompt, type, default: usual }: Input): string {
  const otherwise = usual === undefined ? "" : `; Enter for ${usual}`;
  return `${prompt} (${INPUT_ROWS[type].wanted}${otherwise})`;
}

/** What those inputs name must be in the vault. @throws ConclaveError NOT_FOUND, USAGE (a name that two have) */
export async function checkInputsIn(state: Reader, script: Script, values: Inputs): Promise<void> {
  for (const [name, { type }] of Object.entries(script.inputs)) {
    const text = values[name];
    if (text === undefined) continue;
    if (type === "existing-key") await findKey(state, text);
    if (type === "existing-keys") for (const key of INPUT_ROWS[type].value(text)) await findKey(state, key);
    if (type === "existing-keyring") await findKeyring(state, text);
    if (type === "existing-quorum") await requireQuorum(state, text);
  }
}

/**
 * The script with its inputs filled in: those that are a whole value as what they are, those in prose as text, which is
 * foreign where it is shown. An input without a value stays as it is written.
 */
export function fillIn(script: Script, values: Inputs): Script {
  return {
    ...script,
    ...(script.purpose !== undefined && { purpose: fillText(script.purpose, values) }),
    roles: {
      ...script.roles,
      ...(script.roles.custodians !== undefined && { custodians: fillText(script.roles.custodians, values) }),
      ...(script.roles.newcomers !== undefined && { newcomers: fillText(script.roles.newcomers, values) }),
    },
    steps: script.steps.map((step) => fillStep(step, script, values)),
  };
}

/** Names of the inputs that a text names, in its order. */
export function inputsIn(text: string): string[] {
  return Array.from(text.matchAll(PLACEHOLDER), ([, name = ""]) => name);
}

function fillStep(step: Step, script: Script, values: Inputs): Step {
  const filled = Object.entries(step).map(([member, content]): [string, unknown] => {
    if (typeof content === "string") return [member, fillText(content, values)];
    if (typeof content === "object") return [member, fillValues(content, script, values)];
    return [member, content];
  });
  return Object.fromEntries(filled) as Step;
}

function fillValues(given: Values, script: Script, values: Inputs): Values {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fillValue(value, script, values)]));
}

function fillValue(value: Value, script: Script, values: Inputs): Value {
  if (Array.isArray(value)) return value.map((text) => fillText(text, values));
  if (typeof value !== "string") return value;
  const name = WHOLE.exec(value)?.[1];
  return name === undefined ? fillText(value, values) : (boundValue(name, script, values) ?? value);
}

function boundValue(name: string, script: Script, values: Inputs): Bound | undefined {
  const text = values[name];
  const type = script.inputs[name]?.type;
  return text === undefined || type === undefined ? undefined : INPUT_ROWS[type].value(text);
}

/** Once: what an input brings is not looked through again. */
function fillText(text: string, values: Inputs): string {
  return text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}
