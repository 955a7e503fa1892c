import { equalBytes } from "../crypto/constant-time.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { ALGORITHMS, type Algorithm, checkValueOf } from "../key/algorithm.ts";
import { assertLength, assertUneven, type BroughtKey, readSymmetricKey } from "../key/brought-key.ts";
import { combineComponents } from "../key/components.ts";
import { readHexDigits } from "../key/hex-digits.ts";
import { Secret } from "../secret.ts";
import { CLEAR_SCREEN } from "./clear-screen.ts";
import { reportError } from "./error-report.ts";
import { show } from "./escape.ts";
import { Keyboard } from "./keyboard.ts";
import { writeMessage } from "./output.ts";
import { askChoice, hasTerminal } from "./prompt.ts";

const DASH = 0x2d;
const SPACE = 0x20;
const FLAG = "a terminal for --components";

/** A key that custodians typed, and who typed which component. */
export interface TypedKey {
  /** Its material is the caller's to dispose of. */
  key: BroughtKey;
  custodians: string[];
}

/**
 * Let custodians type the components of a key, one after the other, each hidden and compared by its check value. The
 * screen is cleared between them.
 *
 * @param count 2 or 3
 * @param custodians who can type one
 * @throws {ConclaveError} USAGE: no terminal, no symmetric algorithm; REFUSED: too few custodians, a weak key; ABORTED
 */
export async function askComponents(
  algorithm: Algorithm,
  count: number,
  custodians: readonly string[],
): Promise<TypedKey> {
  if (!hasTerminal()) throw new ConclaveError("USAGE", "components are typed at a terminal, and there is none");
  if (ALGORITHMS[algorithm].symmetric === null)
    throw new ConclaveError("USAGE", `a key of ${algorithm} has no components that are typed`);
  if (custodians.length < count) {
    throw new ConclaveError("REFUSED", `${count} components, and the quorum has ${custodians.length} custodians`, {
      suggestions: ["Each component is another custodian's: let fewer be typed, or use a keyring of another quorum"],
    });
  }
  using owned = new DisposableStack();
  const typed: Secret[] = [];
  const names: string[] = [];
  while (typed.length < count) {
    const number = typed.length + 1;
    const rest = custodians.filter((name) => !names.includes(name));
    const who = await askChoice(
      `Component ${number} of ${count}: who types it?`,
      rest.map((name) => [name, name]),
      FLAG,
    );
    typed.push(owned.use(await askComponent(who, { number, count, algorithm }, typed)));
    names.push(who);
    writeMessage(CLEAR_SCREEN);
  }
  const key = readSymmetricKey(algorithm, combineComponents(typed));
  writeMessage(`All ${count} components were typed. Check value of the key: ${key.checkValue}\n\n`);
  return { key, custodians: names };
}

interface Wanted {
  number: number;
  count: number;
  algorithm: Algorithm;
}

async function askComponent(who: string, wanted: Wanted, before: readonly Secret[]): Promise<Secret> {
  const { number, count, algorithm } = wanted;
  writeMessage(
    `${show(who)}: type component ${number} of ${count}, in hexadecimal digits; spaces and dashes don't count.\n` +
      "It doesn't show. No camera sees your hands, and nobody else sees your form. Ctrl-C stops.\n",
  );
  for (;;) {
    const component = typeComponent(`component ${number}: `, algorithm, before);
    if (component !== undefined && (await isRight(component, wanted))) return component;
    component?.[Symbol.dispose]();
  }
}

/** @returns undefined if it can't be right, which was said */
function typeComponent(question: string, algorithm: Algorithm, before: readonly Secret[]): Secret | undefined {
  using line = typeHidden(question);
  let component: Secret | undefined;
  try {
    component = readHexDigits(line.reveal().map((byte) => (byte === DASH ? SPACE : byte)));
    assertComponent(component, algorithm, before);
    return component;
  } catch (error) {
    component?.[Symbol.dispose]();
    if (!isConclaveError(error, "INPUT_MALFORMED", "REFUSED")) throw error;
    reportError(error);
    return undefined;
  }
}

function typeHidden(question: string): Secret {
  using keyboard = new Keyboard(FLAG);
  return keyboard.line(question, true);
}

function assertComponent(component: Secret, algorithm: Algorithm, before: readonly Secret[]): void {
  const [first] = before;
  if (first !== undefined && component.length !== first.length) {
    throw new ConclaveError("INPUT_MALFORMED", `${component.length} bytes, the components before have ${first.length}`);
  }
  assertLength(algorithm, component.length);
  assertUneven(component.reveal(), "the component");
  if (before.some((other) => equalBytes(other.reveal(), component.reveal()))) {
    throw new ConclaveError("REFUSED", "the component was typed already: together they say nothing");
  }
}

async function isRight(component: Secret, { algorithm, number }: Wanted): Promise<boolean> {
  const { symmetric } = ALGORITHMS[algorithm];
  if (symmetric === null) throw new TypeError("no symmetric algorithm");
  writeMessage(`Check value of component ${number}: ${checkValueOf(symmetric, component)}\n`);
  return askChoice(
    "Does it agree with the one on your form?",
    [
      ["yes", true],
      ["no: I type it again", false],
    ],
    FLAG,
  );
}
