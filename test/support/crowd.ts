import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Projections, projectionsOf } from "./canonical-state.ts";
import type { Seen } from "./seen.ts";
import type { MadeVault } from "./vault.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A program of its own that takes the only right to write a database, says so, and keeps it. */
const HOLD = `import Database from "better-sqlite3";
const database = new Database(process.argv[1]);
database.exec("BEGIN IMMEDIATE; UPDATE checkpoint SET note = 'of nobody'");
process.stdout.write("held");
setInterval(() => {}, 1000);`;

/** Several processes at once, each making its keys one after the other: `p1-k1`, `p1-k2`, `p2-k1` ... */
export async function makeKeysAtOnce(made: MadeVault, processes: number, keysEach: number): Promise<Seen[]> {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  const all = await Promise.all(
    numbers(processes).map(async (process) => {
      const seen: Seen[] = [];
      for (const key of numbers(keysEach)) seen.push(await made.place.run(...createArgs(made, `p${process}-k${key}`)));
      return seen;
    }),
  );
  return all.flat();
}

/** `key create NAME` with alice and bob at hand. */
export function createArgs(made: MadeVault, name: string, ...more: string[]): string[] {
  const flags = made.flags("alice", "bob");
  return ["key", "create", name, "--algorithm", "aes-256", "--vault", "vault", ...flags, ...more];
}

/** What a vault says once it is verified, every signature too. */
export async function verifiedProjections(made: MadeVault): Promise<Projections> {
  await made.verify();
  await using vault = await made.open();
  return await projectionsOf(vault.reader);
}

/** A process in the middle of writing the vault's database: its pid, and its end by SIGKILL. */
export class Holder implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async of(database: string): Promise<Holder> {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", HOLD, database], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.stdout === null) throw new TypeError("no output");
    await once(child.stdout, "data");
    return new Holder(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}
