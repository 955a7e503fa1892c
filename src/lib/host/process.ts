import { ConclaveError } from "../errors.ts";

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
] as const;

/**
 * Refuse to handle secrets in a process that others can look into: a debugger, a preloaded module,
 * settings that dump memory. Sets the mask so that whatever is created is private.
 *
 * @throws ConclaveError HOST_PREFLIGHT naming the setting
 */
export function assertQuietProcess(
  environment: NodeJS.ProcessEnv = process.env,
  flags: readonly string[] = process.execArgv,
): void {
  process.umask(0o077);
  const variable = DANGEROUS_VARIABLES.find((name) => (environment[name] ?? "") !== "");
  if (variable !== undefined) throw refusal(`the environment variable ${variable} is set`, `unset ${variable}`);
  const flag = flags.find((text) => DANGEROUS_FLAG.test(text.replaceAll("_", "-"))); // Node takes either
  if (flag !== undefined)
    throw refusal(`Node.js runs with ${flag.split("=")[0] ?? flag}`, "Start it through bin/conclave");
}

function refusal(found: string, mend: string): ConclaveError {
  return new ConclaveError("HOST_PREFLIGHT", `${found}: the process can be looked into`, { suggestions: [mend] });
}
