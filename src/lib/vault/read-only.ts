import { existsSync } from "node:fs";
import { IntegrityError, isConclaveError } from "../errors.ts";
import type { Observation, Place } from "../host/check.ts";
import { assertPrivateDirectory, assertPrivateFile } from "../host/directory.ts";
import { openSqlite } from "../storage/sqlite.ts";
import type { Reader, Storage } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { databasePath } from "./vault.ts";

/** Whether there is anything to look into. */
export function hasVault({ vault }: Pick<Place, "vault">): boolean {
  return existsSync(databasePath(vault));
}

/**
 * Open a vault's database so that nothing is written into it, whatever state it is in.
 *
 * @returns the caller's to dispose of
 * @throws ConclaveError HOST_PREFLIGHT, INTEGRITY, BUSY; HOST_IO also where an act was cut off and must be undone first
 */
export function openReadOnly({ vault, lockTimeoutMs }: Pick<Place, "vault" | "lockTimeoutMs">): Storage {
  assertPrivateDirectory(vault);
  assertPrivateFile(databasePath(vault));
  return openSqlite(databasePath(vault), { lockTimeoutMs, readOnly: true });
}

/**
 * Let a check look into the vault, as it stands at one moment and not verified. Where it can't be opened, a warning
 * says so: what is wrong then is the database check's to tell.
 */
export async function lookInto(
  place: Pick<Place, "vault" | "lockTimeoutMs">,
  look: (reader: Reader, identity: Row<"vault">) => Promise<Observation[]>,
): Promise<Observation[]> {
  if (!hasVault(place)) return [];
  const opened = tryOpen(place);
  if ("level" in opened) return [opened];
  await using storage = opened;
  try {
    return await storage.snapshot(async (reader) => {
      const identity = await reader.find("vault", {});
      if (identity === undefined) throw new IntegrityError("vault", "the table has no row");
      return look(reader, identity);
    });
  } catch (error) {
    if (isConclaveError(error, "BUSY")) return [notChecked(error)];
    throw error;
  }
}

function tryOpen(place: Pick<Place, "vault" | "lockTimeoutMs">): Storage | Observation {
  try {
    return openReadOnly(place);
  } catch (error) {
    if (isConclaveError(error)) return notChecked(error);
    throw error;
  }
}

function notChecked({ message }: { message: string }): Observation {
  return { level: "warning", found: `not checked: ${message}` };
}
