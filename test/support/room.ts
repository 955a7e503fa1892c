import type { Terminal } from "./terminal.ts";

const DOWN = "\u001b[B";

/** Answer a question on a terminal. */
export async function answer(terminal: Terminal, question: string | RegExp, text: string): Promise<void> {
  await terminal.waitFor(question);
  terminal.type(text);
  terminal.enter();
}

/** Choose who comes next. @param place in the list that is shown, from 0 */
export async function comeForward(terminal: Terminal, place: number): Promise<void> {
  await terminal.waitFor("Who comes next");
  await terminal.waitFor("nobody: stop here");
  terminal.type(DOWN.repeat(place));
  terminal.enter();
}

/** Present a share file in the room. @param place in the list of those who may come, from 0 */
export async function present(terminal: Terminal, place: number, file: string, passphrase: string): Promise<void> {
  await comeForward(terminal, place);
  await answer(terminal, "where is your share file?", file);
  await answer(terminal, "your passphrase", passphrase);
}
