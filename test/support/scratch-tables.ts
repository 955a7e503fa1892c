import { createSqlite } from "../../src/lib/storage/sqlite.ts";
import type { Storage, Writer } from "../../src/lib/storage/storage.ts";
import { workspace } from "./workspace.ts";

/** The tables of a vault in a database of their own, which is removed at the end of the block. */
export async function scratchTables(fill: (writer: Writer) => Promise<void> = async () => {}): Promise<Storage> {
  const place = await workspace({ "vault.db": "" });
  const storage = await createSqlite(place.file("vault.db"), { lockTimeoutMs: 1000 }, fill);
  const close = storage[Symbol.asyncDispose].bind(storage);
  return Object.assign(storage, {
    async [Symbol.asyncDispose]() {
      await close();
      await place[Symbol.asyncDispose]();
    },
  });
}
