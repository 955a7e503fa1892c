import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashBackup } from "../../src/lib/backup/backup-file.ts";
import { openBackup } from "../../src/lib/backup/open-backup.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { backUp, backupSeedOf } from "./backups.ts";
import { foundVault, type MadeVault } from "./vault.ts";

/** What came of backing a vault up while another process makes and destroys keys in it. */
export interface LoadTally {
  backups: number;
  /** Sizes of the chains in them: how many moments they are of. */
  moments: number;
  /** Those that did not open, or are of no moment of the final chain. */
  problems: string[];
}

/** Take so many backups, one after the other; then open each, verify it, and find its head in the final chain. */
export async function backUpUnderLoad(count: number): Promise<LoadTally> {
  await using made = await foundVault({ surroundings: { lockTimeoutMs: 60_000 } });
  const writer = startWriting(made);
  const names: string[] = [];
  try {
    await once(writer.stdout ?? writer, "data");
    for (let i = 0; i < count; i++) names.push((await backUp(made)).name);
  } finally {
    writer.kill("SIGKILL");
    await once(writer, "close");
  }
  await using vault = await made.open();
  const final = await vault.verify(true);
  using seed = await backupSeedOf(made);
  const scratch = made.place.file("opened.db");
  const sizes = new Set<number>();
  const problems: string[] = [];
  for (const name of names) {
    try {
      const file = hashBackup(join(made.place.file("backups"), name));
      const { storage, chain } = await openBackup(file, scratch, seed, ENTRY_TYPES);
      await storage[Symbol.asyncDispose]();
      if (final.tree.root(chain.size) !== chain.tree.root()) problems.push(`${name}: another history`);
      sizes.add(chain.size);
    } catch (error) {
      problems.push(`${name}: ${String(error)}`);
    }
    rmSync(scratch, { force: true });
  }
  return { backups: names.length, moments: sizes.size, problems };
}

function startWriting(made: MadeVault): ChildProcess {
  const program = fileURLToPath(new URL("busy-vault.ts", import.meta.url));
  const args = [program, made.place.path, made.custodians.join()];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env: made.place.environment() });
}
