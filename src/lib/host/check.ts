import type { Clock } from "../clock.ts";
import { isConclaveError } from "../errors.ts";
import type { NodeProgram } from "./node-program.ts";

/** What a check says: a warning leaves the decision to people, a refusal means that no ceremony should begin. */
export type Level = "ok" | "warning" | "refusal";

/** One thing that a check saw. */
export interface Observation {
  level: Level;
  /** What was found, and what was wanted. */
  found: string;
  /** The command that mends it, or an imperative where no command can. */
  mend?: string;
}

/** An observation, with the check that made it. */
export interface Finding extends Observation {
  check: string;
  title: string;
}

/** Where the kernel tells of itself, and how this process was started. */
export interface ProcessPlace {
  /** `/proc`; a file that lacks in it is unknown, not bad. */
  kernel: string;
  environment: NodeJS.ProcessEnv;
  /** Flags of Node.js. */
  flags: readonly string[];
}

/** What checks look at. */
export interface Place extends ProcessPlace {
  /** Folder of the vault, absolute; it may not be there yet. */
  vault: string;
  /** The state directory, absolute; it may not be there yet. */
  state: string;
  clock: Clock;
  /** How long to wait for another process that holds the vault, in milliseconds. */
  lockTimeoutMs: number;
  node: NodeProgram;
  /** The program that knows whether the clock is synchronised; it may not be there. */
  timedatectl: string;
}

/** One check of the host or of a vault's surroundings. It changes nothing. */
export interface Check {
  /** Stable; stands in JSON. */
  name: string;
  title: string;
  /** @returns nothing if it has no object, such as a vault that isn't there yet */
  run(place: Place): Promise<Observation[]>;
}

/** Go, or no-go: no-go if anything is refused. */
export interface Examination {
  go: boolean;
  findings: Finding[];
  node: NodeProgram;
}

/** Run all checks, one after the other. An error that a person can act on is a refusal like any other. */
export async function examine(checks: readonly Check[], place: Place): Promise<Examination> {
  const findings: Finding[] = [];
  for (const check of checks) {
    const { name, title } = check;
    findings.push(...(await observe(check, place)).map((observation) => ({ check: name, title, ...observation })));
  }
  return { go: findings.every(({ level }) => level !== "refusal"), findings, node: place.node };
}

async function observe(check: Check, place: Place): Promise<Observation[]> {
  try {
    return await check.run(place);
  } catch (error) {
    if (!isConclaveError(error)) throw error;
    return [refusalOf(error)];
  }
}

/** An error as a refusal; its first suggestion mends it. */
export function refusalOf({ message, suggestions }: { message: string; suggestions: readonly string[] }): Observation {
  const [mend] = suggestions;
  return { level: "refusal", found: message, ...(mend !== undefined && { mend }) };
}
