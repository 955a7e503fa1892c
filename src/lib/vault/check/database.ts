import { existsSync } from "node:fs";
import { isConclaveError } from "../../errors.ts";
import { type Check, type Observation, type Place, refusalOf } from "../../host/check.ts";
import { shellWord } from "../../host/shell-word.ts";
import { hasVault, openReadOnly } from "../read-only.ts";
import { assertNotRemembered, databasePath } from "../vault.ts";

/** Whether SQLite finds the file sound, its schema is ours to the letter, and all settings can be had. */
export const databaseCheck = {
  name: "database",
  title: "Database",
  run: async (place: Pick<Place, "vault" | "state" | "lockTimeoutMs">): Promise<Observation[]> => {
    const { vault, state } = place;
    try {
      if (!hasVault(place)) {
        assertNotRemembered(vault, state);
        return [{ level: "ok", found: `no vault at ${vault}: the host alone was looked at` }];
      }
      await using storage = openReadOnly(place);
      await storage.checkStructure();
      return [{ level: "ok", found: "sound; its schema to the letter, its settings read back" }];
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      return [whyNot(error.code, error, vault)];
    }
  },
} satisfies Check;

function whyNot(code: string, error: { message: string; suggestions: readonly string[] }, vault: string): Observation {
  if (code === "BUSY") return { level: "warning", found: `busy, not checked: ${error.message}` };
  if (code === "HOST_PREFLIGHT") return { level: "warning", found: `not checked: ${error.message}` };
  if (code === "HOST_IO" && existsSync(`${databasePath(vault)}-journal`)) {
    const found = "an act was cut off: the next command that opens the vault undoes it; not checked before";
    return { level: "warning", found, mend: `conclave status --vault ${shellWord(vault)}` };
  }
  return refusalOf(error);
}
