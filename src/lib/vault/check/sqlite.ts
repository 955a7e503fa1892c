import type { Check, Observation } from "../../host/check.ts";
import { type SqliteVersions, sqliteVersions } from "../../storage/version.ts";

/** Before it, a write-ahead log that is reset may lose commits. */
const WANTED = [3, 51, 3] as const;

/** Which SQLite holds the vault. */
export const sqliteCheck = {
  name: "sqlite",
  title: "SQLite",
  run: async () => [observeSqlite(sqliteVersions())],
} satisfies Check;

export function observeSqlite({ sqlite, driver }: SqliteVersions): Observation {
  const found = `${sqlite}, by better-sqlite3 ${driver}`;
  const parts = sqlite.split(".").map(Number);
  const differing = WANTED.findIndex((wanted, i) => parts[i] !== wanted);
  const older = differing !== -1 && !((parts[differing] ?? 0) > (WANTED[differing] ?? 0));
  if (older) return { level: "refusal", found: `${found}, wanted SQLite ${WANTED.join(".")} or newer`, mend: "npm ci" };
  return { level: "ok", found };
}
