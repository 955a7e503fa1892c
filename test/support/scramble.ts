import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ConclaveError } from "../../src/lib/errors.ts";
import { sweepPlans } from "../../src/lib/quorum/open-plans.ts";
import { parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { Desk, executeSent, sendKeyPlan } from "./desk.ts";
import { MadeVault } from "./vault.ts";
import { Workspace } from "./workspace.ts";

const APPROVERS = ["alice", "bob"] as const;

/** How often each outcome came about: `executed`, the code of a refusal, or an error that nobody foresaw. */
export type Outcomes = Record<string, number>;

/**
 * Processes that start together, each executing the same plans in the same order with the same approvals of alice and
 * bob, as `plan execute` does.
 */
export async function scramble(made: MadeVault, processes: number, plans: number): Promise<Outcomes> {
  for (let number = 1; number <= plans; number++) {
    const { bytes } = await sendKeyPlan(made, { name: `contested-${number}` });
    await made.place.write(`${number}.plan`, bytes);
    for (const name of APPROVERS) {
      await made.place.write(`${number}.${name}.approval`, await new Desk(made, name).approve(bytes));
    }
  }
  const program = `import { ${executeAll.name} } from ${JSON.stringify(import.meta.url)};
console.log(JSON.stringify(await ${executeAll.name}(${JSON.stringify(made.place.path)}, ${plans})));`;
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const all = await Promise.all(
    Array.from({ length: processes }, async () => {
      const args = ["--disable-sigusr1", "--input-type=module", "--eval", program];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env: made.place.environment() });
      return JSON.parse(stdout) as string[];
    }),
  );
  const outcomes: Outcomes = {};
  for (const outcome of all.flat()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return outcomes;
}

/** What one of the processes does. */
export async function executeAll(place: string, plans: number): Promise<string[]> {
  process.execArgv.length = 0; // a program given on the command line is no sign of a debugger here
  const made = new MadeVault(new Workspace(place), ["alice", "bob", "carol"], { lockTimeoutMs: 30_000 });
  const outcomes: string[] = [];
  for (let number = 1; number <= plans; number++) {
    const file = parsePlanFile(await readFile(made.place.file(`${number}.plan`)));
    const approvals = APPROVERS.map((name) => readFile(made.place.file(`${number}.${name}.approval`)));
    try {
      await using vault = await made.open();
      await sweepPlans(vault);
      await executeSent(made, file, await Promise.all(approvals));
      outcomes.push("executed");
    } catch (error) {
      outcomes.push(error instanceof ConclaveError ? error.code : String(error));
    }
  }
  return outcomes;
}
