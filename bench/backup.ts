import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MadeVault } from "../test/support/vault.ts";
import { compare, elapsed, type Ratio } from "./ratio.ts";

const CONCLAVE = fileURLToPath(new URL("../bin/conclave", import.meta.url));
/** Programs with which the same is done by hand. */
const BY_HAND = ["sqlite3", "age", "age-keygen", "sha256sum"];
/** How often the kernel is asked for the memory of a process, in milliseconds. */
const WATCH = 20;

/** What backups and restores take: time against the same done by hand, and the largest resident memory in bytes. */
export interface BackupBench {
  create: Ratio;
  restore: Ratio;
  memory: { create: number; restore: number };
}

/**
 * `backup create` and `restore` of a whole vault, each against what it does, done one after the other by other programs
 * and our own `audit verify`; by hand no ciphertext is opened.
 *
 * @returns undefined where these programs are not installed
 */
export async function backup(made: MadeVault, keys: number, rounds: number): Promise<BackupBench | undefined> {
  if (!BY_HAND.every(isInstalled)) return undefined;
  const bench = new Bench(made);
  mkdirSync(made.place.file("bench"), { mode: 0o700 });
  const memory = { create: 0, restore: 0 };
  const create = await compare(
    {
      what: `backup create of ${keys} keys`,
      against: "sqlite3 .backup + age + sha256sum + audit verify",
      goal: 2,
    },
    rounds,
    async () => {
      rmSync(bench.file("backups"), { recursive: true, force: true });
      mkdirSync(bench.file("backups"));
      return await elapsed(async () => {
        memory.create = await bench.run("backup", "create", "--to", bench.file("backups"), "--vault", made.path, "-q");
      });
    },
    () => elapsed(() => bench.backUpByHand()),
  );
  const [name = ""] = readdirSync(bench.file("backups"));
  const restore = await compare(
    { what: `restore of ${keys} keys`, against: "sha256sum + age -d + audit verify --full", goal: 2 },
    rounds,
    () => {
      bench.forget();
      return elapsed(async () => {
        const to = ["--vault", bench.file("restored"), ...made.flags("alice", "bob"), "-q"];
        memory.restore = await bench.run("restore", join(bench.file("backups"), name), ...to);
      });
    },
    () => {
      bench.forget();
      return elapsed(() => bench.restoreByHand());
    },
  );
  return { create, restore, memory };
}

class Bench {
  readonly #made: MadeVault;

  constructor(made: MadeVault) {
    this.#made = made;
  }

  file(name: string): string {
    return this.#made.place.file(`bench/${name}`);
  }

  /** Run our program, on a machine that remembers nothing if it restores. @returns its largest resident memory, in bytes */
  async run(...args: string[]): Promise<number> {
    const state = args[0] === "backup" ? this.#made.place.file("state") : this.file("state");
    return await watched(args, this.#made.place.environment({ XDG_STATE_HOME: state }));
  }

  async backUpByHand(): Promise<void> {
    this.#remove("copy.db", "copy.age", "key");
    execFileSync("age-keygen", ["-o", this.file("key")], { stdio: "ignore" });
    const recipient = execFileSync("age-keygen", ["-y", this.file("key")], { encoding: "utf8" }).trim();
    execFileSync("sqlite3", [this.#made.database, `.backup ${this.file("copy.db")}`]);
    execFileSync("age", ["-r", recipient, "-o", this.file("copy.age"), this.file("copy.db")]);
    execFileSync("sha256sum", [this.file("copy.age")]);
    execFileSync(CONCLAVE, ["audit", "verify", "--vault", this.#made.path], {
      env: this.#made.place.environment(),
      stdio: "ignore",
    });
  }

  async restoreByHand(): Promise<void> {
    execFileSync("sha256sum", [this.file("copy.age")]);
    mkdirSync(this.file("restored"), { mode: 0o700 });
    const database = join(this.file("restored"), "vault.db");
    execFileSync("age", ["-d", "-i", this.file("key"), "-o", database, this.file("copy.age")]);
    execFileSync("chmod", ["600", database]);
    copyFileSync(join(this.#made.path, "host.key"), join(this.file("restored"), "host.key"));
    await this.run("audit", "verify", "--full", "--vault", this.file("restored"));
  }

  forget(): void {
    this.#remove("restored", "state");
  }

  #remove(...names: string[]): void {
    for (const name of names) rmSync(this.file(name), { recursive: true, force: true });
  }
}

/** Run our program on a vault. @returns its largest resident memory, in bytes */
export function runWatched(made: MadeVault, ...args: string[]): Promise<number> {
  return watched(args, made.place.environment());
}

async function watched(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(CONCLAVE, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, residentPeak(child.pid ?? 0));
  }, WATCH);
  const [status] = await once(child, "close");
  clearInterval(watch);
  if (status !== 0 && status !== 17) throw new Error(`${args[0]}: ${status}`);
  return memory;
}

function residentPeak(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended, or there is no /proc here
  }
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync("/bin/sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
