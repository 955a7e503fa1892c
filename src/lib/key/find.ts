import { ConclaveError } from "../errors.ts";
import { isName, NAME_RULE } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";

/** A key is given as NAME or KEYRING/NAME. @throws ConclaveError USAGE */
export function parseKeyName(text: string): { keyring: string | undefined; name: string } {
  const parts = text.split("/");
  const name = parts.pop() ?? "";
  const keyring = parts.pop();
  if (parts.length > 0 || ![name, keyring ?? name].every(isName)) {
    throw new ConclaveError("USAGE", `"${text}" is not a key's name: wanted NAME or KEYRING/NAME, each ${NAME_RULE}`);
  }
  return { keyring, name };
}

/** @throws ConclaveError NOT_FOUND */
export async function findKeyring(state: Reader, name: string): Promise<Row<"keyrings">> {
  const keyring = await state.find("keyrings", { name });
  if (keyring !== undefined) return keyring;
  throw new ConclaveError("NOT_FOUND", `no keyring ${name}`, { suggestions: ["List them: conclave keyring list"] });
}

/** @throws ConclaveError NOT_FOUND, or USAGE for a name that two keyrings have */
export async function findKey(state: Reader, text: string): Promise<{ key: Row<"keys">; keyring: Row<"keyrings"> }> {
  const { keyring: keyringName, name } = parseKeyName(text);
  const keyrings = keyringName === undefined ? state.rows("keyrings") : [await findKeyring(state, keyringName)];
  const found: { key: Row<"keys">; keyring: Row<"keyrings"> }[] = [];
  for await (const keyring of keyrings) {
    const key = await state.find("keys", { keyring: keyring.id, name });
    if (key !== undefined) found.push({ key, keyring });
  }
  const [one, another] = found;
  if (one === undefined) {
    throw new ConclaveError("NOT_FOUND", `no key ${text}`, { suggestions: ["List them: conclave key list"] });
  }
  if (another !== undefined) {
    throw new ConclaveError("USAGE", `more than one keyring has a key ${name}`, {
      suggestions: ["Name it as KEYRING/NAME"],
    });
  }
  return one;
}
