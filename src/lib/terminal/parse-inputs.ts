import { ConclaveError } from "../errors.ts";

/** Inputs of a script from a repeatable `--input NAME=VALUE`. @throws ConclaveError USAGE */
export function parseInputs(values: readonly string[]): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const value of values) {
    const equals = value.indexOf("=");
    if (equals < 1) throw new ConclaveError("USAGE", "--input must be NAME=VALUE");
    const name = value.slice(0, equals);
    if (inputs.has(name)) throw new ConclaveError("USAGE", `--input given twice for ${name}`);
    inputs.set(name, value.slice(equals + 1));
  }
  return inputs;
}
