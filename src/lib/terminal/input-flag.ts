import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../errors.ts";
import { noneByDefault } from "./flags.ts";

/** What a ceremony's script asks for. */
export const inputFlag = {
  input: Flags.string({
    summary: "an input of the script; once for each",
    helpValue: "NAME=VALUE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
};

/** @throws ConclaveError USAGE without telling the value */
export function parseInputs(given: readonly string[]): Map<string, string> {
  const inputs = new Map<string, string>();
  for (const text of given) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new ConclaveError("USAGE", "--input must be NAME=VALUE");
    const name = text.slice(0, equals);
    if (inputs.has(name)) throw new ConclaveError("USAGE", `--input ${name} given more than once`);
    inputs.set(name, text.slice(equals + 1));
  }
  return inputs;
}
