import type { KeyState } from "../../src/lib/key/state.ts";
import type { Storage } from "../../src/lib/storage/storage.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import { scratchTables } from "./scratch-tables.ts";

/** A time of the year. */
export const month = (number: number) => `2026-${String(number).padStart(2, "0")}-01T00:00:00.000Z`;

/** Rows of so many keys, of all ages, in the order of their ids. */
export function manyKeys(count: number): Row<"keys">[] {
  return Array.from({ length: count }, (_, i) => keyOf(i)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The tables of a vault with these keys in two keyrings, `large` and `small`. */
export function tablesOf(keys: readonly Row<"keys">[]): Promise<Storage> {
  return scratchTables(async (writer) => {
    await writer.insert("quorums", { id: "q", name: "root", created: "" });
    for (const id of ["large", "small"]) {
      await writer.insert("keyrings", { id, name: id, quorum: "q", kekVersion: 1, created: "" });
    }
    for (const key of keys) {
      await writer.insert("keys", key);
      for (const [name, value] of Object.entries(tagsOf(key)))
        await writer.insert("keyTags", { key: key.id, name, value });
    }
  });
}

function keyOf(i: number): Row<"keys"> {
  const state: KeyState = i % 100 === 7 ? "suspended" : i % 3 === 0 ? "pre-active" : "active";
  return {
    id: String((i * 7919) % 1_000_003).padStart(7, "0"),
    keyring: i % 50 === 3 ? "small" : "large",
    name: `key-${i}`,
    algorithm: "aes-256",
    version: 1,
    usages: '["encrypt","decrypt"]',
    exportable: 0,
    cryptoperiodSeconds: null,
    created: month(1),
    state,
    activateAt: state === "pre-active" && i % 2 === 0 ? month(2) : null,
    deactivateAt: i % 4 === 0 ? month(i % 16 === 0 ? 3 : 4) : null,
    rotateAt: i % 5 === 0 ? month(i % 25 === 0 ? 3 : 5) : null,
  };
}

/** Tags of one of them. */
export function tagsOf({ name }: Row<"keys">): Record<string, string> {
  const i = Number(name.slice("key-".length));
  return { env: i % 2 === 0 ? "prod" : "test", ...(i % 40 === 0 && { owner: "finance" }) };
}
