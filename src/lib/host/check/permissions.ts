import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type ConclaveError, isConclaveError } from "../../errors.ts";
import { type Check, type Observation, type Place, refusalOf } from "../check.ts";
import { directoryProblems, fileProblems, parentProblems } from "../directory.ts";
import { ioExplained } from "../files.ts";
import { shellWord } from "../shell-word.ts";

/** Problems of one place that are told one by one. */
const MOST_TOLD = 20;

/** Whether the vault, the state directory, all that lies in them and their parents are closed to others. */
export const permissionsCheck = {
  name: "permissions",
  title: "Modes and owners",
  run: async ({ vault, state }: Pick<Place, "vault" | "state">) => {
    const observations = [...observe(vault), ...observe(state)];
    return [...new Map(observations.map((observation) => [observation.found, observation])).values()]; // common parents
  },
} satisfies Check;

function observe(path: string): Observation[] {
  const there = ioExplained(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
  const problems = [...parentProblems(path), ...(there ? treeProblems(path) : [])];
  if (problems.length === 0) {
    return [
      { level: "ok", found: `${path} ${there ? "is closed to others" : "is not there yet; its parents are in order"}` },
    ];
  }
  const told = problems.slice(0, MOST_TOLD).map(refusalOf);
  const rest = problems.length - told.length;
  if (rest > 0) {
    const found = `${path}: ${rest} more`;
    told.push({ level: "refusal", found, mend: `chmod -R go-rwx ${shellWord(path)}` });
  }
  return told;
}

function treeProblems(directory: string): ConclaveError[] {
  const problems = directoryProblems(directory);
  if (lstatSync(directory).isDirectory()) {
    for (const entry of ioExplained(directory, () => readdirSync(directory, { withFileTypes: true }))) {
      const path = join(directory, entry.name);
      problems.push(...ifThere(() => (entry.isDirectory() ? treeProblems(path) : fileProblems(path))));
    }
  }
  return problems;
}

/** Other processes may end an act meanwhile, and its journal is gone. */
function ifThere(look: () => ConclaveError[]): ConclaveError[] {
  try {
    return look();
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return [];
    throw error;
  }
}
