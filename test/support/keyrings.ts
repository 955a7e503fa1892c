import type { Storage } from "../../src/lib/storage/storage.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import { scratchTables } from "./scratch-tables.ts";

export const CREATED = "2026-11-24T05:37:40.123Z";

/** An id whose order is that of its number. */
export function id(number: number): string {
  return `${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`;
}

/**
 * A database with a quorum, `root`, two keyrings under it, `cards` (id 1) and `default` (id 2), and keys in them.
 *
 * @param keys their rows differ from an active AES key's by what is given; ids from 100 on, in order
 */
export async function keyrings(
  keys: readonly (Partial<Row<"keys">> & { tags?: Record<string, string> })[],
): Promise<Storage> {
  return scratchTables(async (writer) => {
    await writer.insert("quorums", { id: id(9), name: "root", created: CREATED });
    for (const [number, name] of [
      [1, "cards"],
      [2, "default"],
    ] as const) {
      await writer.insert("keyrings", { id: id(number), name, quorum: id(9), kekVersion: 1, created: CREATED });
    }
    for (const [index, { tags = {}, ...given }] of keys.entries()) {
      const key = { ...plainKey(id(100 + index)), ...given };
      await writer.insert("keys", key);
      await writer.insert("keyNames", { keyring: key.keyring, name: key.name, key: key.id });
      for (const [name, value] of Object.entries(tags)) await writer.insert("keyTags", { key: key.id, name, value });
      for (let version = 1; version <= key.version; version++) {
        await writer.insert("keyVersions", {
          key: key.id,
          version,
          state: key.state,
          stateBefore: null,
          compromised: 0,
          activateAt: key.activateAt,
          deactivateAt: key.deactivateAt,
          kekVersion: 1,
          blob: "0".repeat(64),
          created: CREATED,
          changed: CREATED,
          checkValue: "0123456789",
          publicKey: null,
          fingerprint: null,
        });
      }
    }
  });
}

function plainKey(key: string): Row<"keys"> {
  return {
    id: key,
    keyring: id(2),
    name: "payments",
    algorithm: "aes-256",
    version: 1,
    usages: '["encrypt","decrypt"]',
    exportable: 0,
    cryptoperiodSeconds: null,
    created: CREATED,
    state: "active",
    activateAt: null,
    deactivateAt: null,
    rotateAt: null,
  };
}
