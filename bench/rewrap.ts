import { copyFileSync, rmSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Database from "better-sqlite3";
import { open, seal } from "../src/lib/crypto/aead.ts";
import { sha256Hex } from "../src/lib/crypto/digest.ts";
import { labelled } from "../src/lib/crypto/labels.ts";
import { randomSecret } from "../src/lib/crypto/random.ts";
import type { Secret } from "../src/lib/secret.ts";
import { rewrapKeyring, rotateKeyring } from "../test/support/key-acts.ts";
import type { MadeVault } from "../test/support/vault.ts";
import { executeMany } from "./large-vault.ts";
import { compare, computed, computedSince, type Ratio } from "./ratio.ts";

/** What a rewrap takes beside its time. */
export interface Rewrap {
  ratio: Ratio;
  /** Live bytes of the JavaScript heap and of its buffers after a tenth of the rows and after nine tenths. */
  memory: { early: number; late: number };
}

/** `keyring rewrap` of all keys, once the vault is verified, against bare XAES-256-GCM and updates of the same rows. */
export async function rewrap(made: MadeVault, rounds: number): Promise<Rewrap> {
  const memory = { early: Number.NaN, late: Number.NaN };
  const bare = new BareRows(made);
  try {
    await executeMany(made, [rotateKeyring()]);
    await executeMany(made, [rewrapKeyring()], memoryWatch(memory));
    const ratio = await compare(
      {
        what: `keyring rewrap of ${bare.count} key versions, with its entries`,
        against: "XAES unwrap + wrap + update of the same rows",
        goal: 2,
      },
      rounds,
      async () => {
        await executeMany(made, [rotateKeyring()]);
        let start = process.threadCpuUsage();
        await executeMany(made, [rewrapKeyring()], {
          begins() {
            start = process.threadCpuUsage();
          },
        });
        return computedSince(start);
      },
      () => computed(() => bare.rewrap()),
    );
    return { ratio, memory };
  } finally {
    bare.remove();
  }
}

/** Measures what is alive, garbage collected before. */
function memoryWatch(memory: Rewrap["memory"]): { progress: (done: number, total: number) => void } {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const alive = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  return {
    progress(done, total) {
      if (done < total / 10) return;
      if (Number.isNaN(memory.early)) memory.early = alive();
      else if (done > 0.9 * total && Number.isNaN(memory.late)) memory.late = alive();
    },
  };
}

/** A copy of the vault's database whose ciphertexts open under one key. */
class BareRows {
  readonly count: number;
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #place = labelled("material", "x".repeat(256));
  #key: Secret = randomSecret(32);

  constructor(made: MadeVault) {
    this.#path = made.place.file("bare.db");
    copyFileSync(made.database, this.#path);
    this.#database = new Database(this.#path);
    for (const setting of ["journal_mode = DELETE", "synchronous = EXTRA", "secure_delete = ON", "temp_store = MEMORY"])
      this.#database.pragma(setting);
    const update = this.#database.prepare("UPDATE blobs SET bytes = ? WHERE hash = ?");
    const named = this.#database.prepare<[], string>("SELECT blob FROM keyVersions").pluck().all();
    const fill = this.#database.transaction(() => {
      for (const hash of named) update.run(seal(this.#key, new Uint8Array(32), this.#place), hash);
    });
    fill();
    this.count = named.length;
  }

  /** Move all of them under a new key, in one transaction. */
  rewrap(): void {
    const newKey = randomSecret(32);
    const read = this.#database.prepare<[string], { key: string; version: number; blob: string; bytes: Uint8Array }>(
      "SELECT key, version, blob, bytes FROM keyVersions JOIN blobs ON hash = blob WHERE key > ? ORDER BY key LIMIT 200",
    );
    const blobs = this.#database.prepare("UPDATE blobs SET hash = ?, bytes = ? WHERE hash = ?");
    const versions = this.#database.prepare(
      "UPDATE keyVersions SET kekVersion = kekVersion + 1, blob = ? WHERE key = ? AND version = ?",
    );
    const run = this.#database.transaction(() => {
      for (let rows = read.all(""); rows.length > 0; rows = read.all(rows.at(-1)?.key ?? "")) {
        for (const { key, version, blob, bytes } of rows) {
          using material = open(this.#key, bytes, this.#place, key);
          const sealed = seal(newKey, material.reveal(), this.#place);
          const hash = sha256Hex(sealed);
          blobs.run(hash, sealed, blob);
          versions.run(hash, key, version);
        }
      }
    });
    run();
    this.#key[Symbol.dispose]();
    this.#key = newKey;
  }

  remove(): void {
    this.#key[Symbol.dispose]();
    this.#database.close();
    rmSync(this.#path);
  }
}
