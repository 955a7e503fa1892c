import { hex } from "../../src/lib/bytes.ts";
import type { Secret } from "../../src/lib/secret.ts";
import { openSqlite } from "../../src/lib/storage/sqlite.ts";
import type { Reader } from "../../src/lib/storage/storage.ts";
import { unwrapKek, unwrapMaterial } from "../../src/lib/vault/hierarchy.ts";
import { openGenerations } from "./opened-generations.ts";
import type { MadeVault } from "./vault.ts";

/**
 * All key material in a vault, opened by hand from its shares: what only a quorum can see.
 * @returns in hex, by key id and version
 */
export async function openMaterials(made: MadeVault): Promise<Map<string, string>> {
  await using storage = openSqlite(made.database, { lockTimeoutMs: 1000 });
  using owned = new DisposableStack();
  const keks = await openKeks(made, storage, owned);
  const vault = (await storage.find("vault", {}))?.id ?? "";
  const materials = new Map<string, string>();
  for await (const { id, keyring, algorithm } of storage.rows("keys")) {
    for await (const { version, kekVersion, blob } of storage.rows("keyVersions", { where: { key: id } })) {
      if (blob === null) continue;
      const kek = keks.get(`${keyring}/${kekVersion}`);
      if (kek === undefined) throw new Error(`key ${id} version ${version}: no KEK version ${kekVersion}`);
      const place = { vault, keyring, kekVersion, key: id, version, algorithm };
      using material = unwrapMaterial(kek, await blobOf(storage, blob), place);
      materials.set(`${id}/${version}`, hex(material.reveal()));
    }
  }
  return materials;
}

/** The bytes of a blob. */
export async function blobOf(reader: Reader, hash: string): Promise<Uint8Array> {
  const blob = await reader.find("blobs", { hash });
  if (blob === undefined) throw new Error(`no blob ${hash}`);
  return blob.bytes;
}

async function openKeks(made: MadeVault, reader: Reader, owned: DisposableStack): Promise<Map<string, Secret>> {
  const keks = new Map<string, Secret>();
  for (const { row, place, key } of await openGenerations(made, reader, owned)) {
    if (row.state !== "active") continue;
    for await (const { id: keyring } of reader.rows("keyrings", { where: { quorum: row.quorum } })) {
      for await (const { version, blob } of reader.rows("keks", { where: { keyring, generation: row.generation } })) {
        const kek = unwrapKek(key, await blobOf(reader, blob), { ...place, keyring, version });
        keks.set(`${keyring}/${version}`, owned.use(kek));
      }
    }
  }
  return keks;
}
