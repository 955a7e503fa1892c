import { equalBytes } from "../crypto/constant-time.ts";
import { ConclaveError } from "../errors.ts";
import { ALGORITHMS, type Algorithm, checkValueOf, type SymmetricType } from "../key/algorithm.ts";
import { type BroughtKey, readSymmetricKey } from "../key/brought-key.ts";
import { combineComponents } from "../key/components.ts";
import { readHexDigits } from "../key/hex-digits.ts";
import type { Secret } from "../secret.ts";
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
  const { symmetric } = ALGORITHMS[algorithm];
  if (symmetric === null) throw new ConclaveError("USAGE", `a key of ${algorithm} has no components that are typed`);
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
    typed.push(owned.use(await askComponent(who, { number, count, symmetric }, typed)));
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
  symmetric: SymmetricType;
}

async function askComponent(who: string, wanted: Wanted, before: readonly Secret[]): Promise<Secret> {
  const { number, count } = wanted;
  writeMessage(
    `${show(who)}: type component ${number} of ${count}, in hexadecimal digits; spaces and dashes don't count.\n` +
      "It doesn't show. No camera sees your hands, and nobody else sees your form. Ctrl-C stops.\n",
  );
  for (;;) {
    using typed = new DisposableStack();
    const component = typed.use(typeComponent(wanted, before));
    if (!(await isRight(component, wanted))) continue;
    typed.move(); // it goes on living
    return component;
  }
}

/** Ask until it is one that may be right. The keyboard is held all the time: what is typed ahead doesn't show either. */
function typeComponent(wanted: Wanted, before: readonly Secret[]): Secret {
  using keyboard = new Keyboard(FLAG);
  for (;;) {
    const component = typeOnce(keyboard, wanted, before);
    if (component !== undefined) return component;
  }
}

/** @returns undefined if it can't be right, which was said */
function typeOnce(keyboard: Keyboard, wanted: Wanted, before: readonly Secret[]): Secret | undefined {
  using line = keyboard.line(`component ${wanted.number}: `, true);
  let component: Secret | undefined;
  try {
    component = readHexDigits(line.reveal().map((byte) => (byte === DASH ? SPACE : byte)));
    assertComponent(component, wanted.symmetric, before);
    return component;
  } catch (error) {
    component?.[Symbol.dispose]();
    if (!(error instanceof SyntaxError)) throw error;
    reportError(new ConclaveError("INPUT_MALFORMED", `the component can't be that: ${error.message}`));
    return undefined;
  }
}

function assertComponent(component: Secret, type: SymmetricType, before: readonly Secret[]): void {
  const digits = 2 * component.length;
  const [shortest, longest] = [before[0]?.length ?? type.shortest, before[0]?.length ?? type.longest];
  if (component.length < shortest || component.length > longest) {
    const wanted = shortest === longest ? `${2 * shortest}` : `${2 * shortest} to ${2 * longest}`;
    throw new SyntaxError(`${digits} digits, wanted ${wanted}`);
  }
  const [first] = component.reveal();
  if (component.reveal().every((byte) => byte === first)) {
    throw new SyntaxError(first === 0 ? "all of it is zero" : "all of its bytes are the same");
  }
  if (before.some((other) => equalBytes(other.reveal(), component.reveal()))) {
    throw new SyntaxError("it is the same as one that was typed before");
  }
}

async function isRight(component: Secret, { symmetric, number }: Wanted): Promise<boolean> {
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
