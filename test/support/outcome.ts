import { type ExpectStatic, expect as globalExpect } from "vitest";
import { Desk } from "./desk.ts";
import type { MadeVault } from "./vault.ts";

/** One way in which a command can end; its golden file is `COMMAND-OUTCOME.txt`. */
export interface Outcome {
  outcome: string;
  args: readonly string[];
  /** Exit status. */
  status: number;
  /** Whose machine it is run on, which has a memory of its own; the vault's host, if not given. */
  desk?: string;
}

/**
 * Run a command over a copy of a vault, and compare all that it shows with its golden file.
 *
 * @param command its words, `key create`
 * @param golden folder of the golden files, from the test's own
 * @param expect the test's own, where tests run at the same time
 */
export async function expectOutcome(
  made: MadeVault,
  command: string,
  golden: string,
  given: Outcome,
  expect: ExpectStatic = globalExpect,
): Promise<void> {
  await using copy = await made.copy();
  const env = given.desk === undefined ? {} : { XDG_STATE_HOME: new Desk(copy, given.desk).home };
  const seen = await copy.place.runWith({ env }, ...command.split(" "), ...given.args);
  await expect(seen).toMatchFileSnapshot(`${golden}/${command.replaceAll(" ", "-")}-${given.outcome}.txt`);
  expect(seen.status).toBe(given.status);
  if (given.args.includes("--json")) seen.json(); // one document
}
