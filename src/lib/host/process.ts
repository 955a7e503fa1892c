import { url } from "node:inspector";
import { ConclaveError } from "../errors.ts";
import type { Observation } from "./check.ts";

/** Flags of Node.js that open a debugger, load foreign code, or write memory out. */
const DANGEROUS_FLAG =
  /^(?:-r|--(?:inspect|require|import|loader|experimental-loader|env-file|cpu-prof|heap-prof|heapsnapshot|prof|report|trace-|abort-on-|snapshot-blob|experimental-(?:default-)?config-file))/;
/** Variables that make a process run foreign code or write its memory out. */
const DANGEROUS_VARIABLES = [
  "NODE_OPTIONS",
  "NODE_PATH",
  "SSLKEYLOGFILE",
  "NODE_REPL_EXTERNAL_MODULE",
  "NODE_V8_COVERAGE",
  "OPENSSL_CONF",
  "OPENSSL_MODULES",
  "OPENSSL_ENGINES",
] as const;
/** Variables that load foreign code into every program; some hosts set them for good reasons. */
const DOUBTFUL_VARIABLES = [
  "LD_PRELOAD",
  "LD_AUDIT",
  "LD_LIBRARY_PATH",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_LIBRARY_PATH",
] as const;
/** Without it, SIGUSR1 opens the debugger. */
const QUIET_SIGNAL = "--disable-sigusr1";
const LAUNCHER = "Start it through bin/conclave";

/**
 * What lets others look into a process: a debugger, a preloaded module, settings that dump memory.
 *
 * @param flags of Node.js
 * @param inspector where the debugger listens, if it does
 * @returns refusals and warnings; nothing if all is well
 */
export function observeProcess(
  environment: NodeJS.ProcessEnv,
  flags: readonly string[],
  inspector: string | undefined = url(),
): Observation[] {
  const isSet = (name: string) => (environment[name] ?? "") !== "";
  const observations: Observation[] = [];
  for (const name of DANGEROUS_VARIABLES.filter(isSet)) {
    observations.push(refusal(`the environment variable ${name} is set`, `unset ${name}`));
  }
  for (const flag of flags.filter((text) => DANGEROUS_FLAG.test(text.replaceAll("_", "-")))) {
    observations.push(refusal(`Node.js runs with ${flag.split("=")[0] ?? flag}`, LAUNCHER));
  }
  if (inspector !== undefined) observations.push(refusal("the debugger of Node.js listens", LAUNCHER));
  for (const name of DOUBTFUL_VARIABLES.filter(isSet)) {
    const found = `the environment variable ${name} is set: foreign code may run in this process`;
    observations.push({ level: "warning", found, mend: `unset ${name}` });
  }
  if (!flags.includes(QUIET_SIGNAL)) {
    const found = `Node.js runs without ${QUIET_SIGNAL}: a signal opens its debugger`;
    observations.push({ level: "warning", found, mend: LAUNCHER });
  }
  return observations;
}

/**
 * Refuse to handle secrets in a process that others can look into. Sets the mask so that whatever is
 * created is private.
 *
 * @throws ConclaveError HOST_PREFLIGHT naming the setting
 */
export function assertQuietProcess(
  environment: NodeJS.ProcessEnv = process.env,
  flags: readonly string[] = process.execArgv,
): void {
  process.umask(0o077);
  const refused = observeProcess(environment, flags).find(({ level }) => level === "refusal");
  if (refused !== undefined) throw preflightError(refused);
}

/** A refusal as the error that ends a command. */
export function preflightError({ found, mend }: Observation): ConclaveError {
  return new ConclaveError("HOST_PREFLIGHT", found, { suggestions: mend === undefined ? [] : [mend] });
}

function refusal(found: string, mend: string): Observation {
  return { level: "refusal", found: `${found}: the process can be looked into`, mend };
}
