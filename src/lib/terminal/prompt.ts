import type * as Prompts from "@inquirer/prompts";
import { ConclaveError } from "../errors.ts";
import { abortedIfClosed } from "./aborted-error.ts";
import { hideTyping } from "./echo.ts";
import { show } from "./escape.ts";

/** Longest question that is shown in full, in characters. */
const QUESTION_WIDTH = 400;

/** Whether somebody can be asked: both the input and the screen are a terminal. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Ask for a line of text.
 *
 * @param flag what to give where nobody can be asked, such as `--name NAME`
 * @param check what is wrong with an answer, or undefined
 * @throws {ConclaveError} USAGE: no terminal; ABORTED: Ctrl-C
 */
export async function askLine(
  message: string,
  flag: string,
  check: (answer: string) => string | undefined = () => undefined,
): Promise<string> {
  return ask(flag, ({ input }) =>
    input({ message: show(message, QUESTION_WIDTH), validate: (answer) => problem(check(answer)) }, screen()),
  );
}

/**
 * Ask to choose one of `choices`.
 *
 * @param choices from what is shown to what is returned
 * @param flag what to give where nobody can be asked
 * @throws {ConclaveError} USAGE: no terminal; ABORTED: Ctrl-C
 */
export async function askChoice<T>(
  message: string,
  choices: readonly (readonly [label: string, value: T])[],
  flag: string,
): Promise<T> {
  const shown = choices.map(([label, value]) => ({ name: show(label), value }));
  return ask(flag, ({ select }) => select({ message: show(message, QUESTION_WIDTH), choices: shown }, screen()));
}

/**
 * Ask for a passphrase; what is typed shows as asterisks, whatever key is pressed.
 *
 * @param flag what to give where nobody can be asked: `--passphrase-file NAME=FILE`
 * @param check what is wrong with an answer, or undefined
 */
export async function askHidden(
  message: string,
  flag: string,
  check: (answer: string) => string | undefined,
): Promise<string> {
  return ask(flag, ({ password }) =>
    password(
      {
        message: show(message, QUESTION_WIDTH),
        mask: "*",
        toggleMask: false, // Ctrl-T would show it
        validate: (answer) => problem(check(answer)),
      },
      screen(),
    ),
  );
}

/** What Inquirer reads from and draws on: never standard output, which is for results. */
function screen() {
  return { input: process.stdin, output: process.stderr };
}

async function ask<T>(flag: string, question: (prompts: typeof Prompts) => Promise<T>): Promise<T> {
  if (!hasTerminal()) throw new ConclaveError("USAGE", `no terminal to ask on: ${flag} is needed`);
  hideTyping();
  const prompts = await import("@inquirer/prompts"); // 55 ms
  try {
    return await question(prompts);
  } catch (error) {
    throw abortedIfClosed(error);
  }
}

function problem(found: string | undefined): true | string {
  return found === undefined ? true : show(found, QUESTION_WIDTH);
}
