import type { KeyringDescription } from "../key/keyring.ts";
import { fields } from "./fields.ts";

/** A keyring, for a person. */
export function keyringText(keyring: KeyringDescription): string {
  return fields([
    ["Keyring", keyring.name],
    ["Id", keyring.id],
    ["Quorum", keyring.quorum],
    [
      "KEK version",
      `${keyring.kekVersion}${keyring.kekBeforeQuorum ? `, older than its quorum: conclave keyring rotate ${keyring.name}` : ""}`,
    ],
    ["Older KEKs", keyring.olderKeks === 0 ? "none" : `${keyring.olderKeks}: conclave keyring rewrap ${keyring.name}`],
    ["Keys", String(keyring.keys)],
    ["Created", keyring.created],
  ]);
}
