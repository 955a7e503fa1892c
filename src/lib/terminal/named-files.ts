import { ConclaveError } from "../errors.ts";
import { isName, NAME_RULE } from "../names.ts";

/**
 * The files of a repeatable flag `NAME=FILE`, by name.
 *
 * @param flag as it is typed, `--passphrase-file`, for the message
 * @throws {ConclaveError} USAGE: a value of another form, a name that can't be one, one name twice
 */
export function parseNamed(values: readonly string[], flag: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const value of values) {
    const equals = value.indexOf("=");
    const name = value.slice(0, Math.max(0, equals));
    const file = value.slice(equals + 1);
    if (equals === -1 || file === "") throw new ConclaveError("USAGE", `${flag} must be NAME=FILE`);
    if (!isName(name)) throw new ConclaveError("USAGE", `${flag}: NAME must be ${NAME_RULE}`);
    if (files.has(name)) throw new ConclaveError("USAGE", `${flag} given twice for ${name}`);
    files.set(name, file);
  }
  return files;
}
