import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openSqlite } from "../../../src/lib/storage/sqlite.ts";
import { create, move, rewrapKeyring, rotate, rotateKeyring, together } from "../../support/key-acts.ts";
import { blobOf, openMaterials } from "../../support/materials.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** Bytes that would be noticed if only a part of a ciphertext were left: any so many in a row. */
const WINDOW = 12;

interface Ciphertexts {
  /** Of key versions, by name and version. */
  keys: Map<string, Uint8Array>;
  /** Of KEKs, by version. */
  keks: Map<number, Uint8Array>;
}

async function ciphertextsOf(made: MadeVault): Promise<Ciphertexts> {
  await using storage = openSqlite(made.database, { lockTimeoutMs: 1000 });
  const keys = new Map<string, Uint8Array>();
  for await (const { id, name } of storage.rows("keys")) {
    for await (const { version, blob } of storage.rows("keyVersions", { where: { key: id } })) {
      if (blob !== null) keys.set(`${name} ${version}`, await blobOf(storage, blob));
    }
  }
  const keks = new Map<number, Uint8Array>();
  for await (const { version, blob } of storage.rows("keks")) keks.set(version, await blobOf(storage, blob));
  return { keys, keks };
}

/** How much of a ciphertext stands anywhere in the files of the vault. */
function left(made: MadeVault, ciphertext: Uint8Array | undefined): "all" | "a part" | "nothing" {
  if (ciphertext === undefined) throw new TypeError("no ciphertext to look for");
  expect(existsSync(`${made.database}-journal`)).toBe(false);
  const file = readFileSync(made.database);
  const windows = Array.from({ length: ciphertext.length - WINDOW + 1 }, (_, i) => ciphertext.subarray(i, i + WINDOW));
  const found = windows.filter((window) => file.includes(window)).length;
  if (found > 0.95 * windows.length) return "all"; // but for where a page ends
  return found > 0 ? "a part" : "nothing";
}

test("destroy overwrites the ciphertext in the file, of the versions that it destroys and no others", async () => {
  await using made = await foundVault();
  await made.perform(together(create("doomed", { algorithm: "rsa-3072" }), create("kept")));
  await made.perform(rotate("doomed"));
  const { keys } = await ciphertextsOf(made);
  const materials = await openMaterials(made);
  expect([...keys.keys()].sort()).toEqual(["doomed 1", "doomed 2", "kept 1"]);
  for (const ciphertext of keys.values()) expect(left(made, ciphertext)).toBe("all");

  await made.perform(move("destroy", "doomed", 1));
  expect(left(made, keys.get("doomed 1"))).toBe("nothing");
  expect(left(made, keys.get("doomed 2"))).toBe("all");
  await made.perform(move("destroy", "doomed"));
  expect(left(made, keys.get("doomed 2"))).toBe("nothing");
  expect(left(made, keys.get("kept 1"))).toBe("all");

  const [kept] = await openMaterials(made);
  expect(materials.size).toBe(3);
  expect(kept?.[1]).toBe(materials.get(kept?.[0] ?? ""));
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
});

test("a hundred keys destroyed in one plan leave nothing of any, and the other hundred as they were", async () => {
  await using made = await foundVault();
  const names = Array.from({ length: 200 }, (_, i) => `k${i}`);
  await made.perform(together(...names.map((name) => create(name))));
  const before = await ciphertextsOf(made);
  const doomed = names.filter((_, i) => i % 2 === 0);
  await made.perform(together(...doomed.map((name) => move("destroy", name))));
  const file = readFileSync(made.database);
  for (const [i, name] of names.entries()) {
    expect(file.includes(before.keys.get(`${name} 1`) ?? "none"), name).toBe(i % 2 === 1);
  }
  expect((await openMaterials(made)).size).toBe(100);
});

test("rewrap overwrites the old ciphertexts and the old KEKs", async () => {
  await using made = await foundVault();
  await made.perform(together(create("a"), create("b")));
  await made.perform(rotate("a"));
  await made.perform(rotateKeyring());
  await made.perform(rotate("a"));
  await made.perform(rotateKeyring());
  const before = await ciphertextsOf(made);
  for (const ciphertext of [...before.keys.values(), ...before.keks.values()])
    expect(left(made, ciphertext)).toBe("all");

  await made.perform(rewrapKeyring());
  for (const ciphertext of before.keys.values()) expect(left(made, ciphertext)).toBe("nothing");
  expect([1, 2, 3].map((version) => left(made, before.keks.get(version)))).toEqual(["nothing", "nothing", "all"]);
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
});
