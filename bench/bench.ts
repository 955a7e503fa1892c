import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { entryHash, parseEntry } from "../src/lib/audit/entry.ts";
import { ACTIONS } from "../src/lib/catalogue.ts";
import { canonicalJson } from "../src/lib/json.ts";
import { planKeyCreate } from "../src/lib/key/request.ts";
import { executePlan } from "../src/lib/quorum/execute.ts";
import { preparePlan } from "../src/lib/quorum/prepare.ts";
import { memoryStorage } from "../src/lib/storage/sqlite.ts";
import { foundVault, type MadeVault, PLAIN_KEY } from "../test/support/vault.ts";

/** Ratios, each against something measured in the same run: single times say little on a shared machine. */
interface Ratio {
  what: string;
  /** Milliseconds, median. */
  measured: number;
  against: string;
  /** Milliseconds, median. */
  baseline: number;
}

const RUN = fileURLToPath(new URL("../bin/run.js", import.meta.url));
const START_UPS = 15;
const KEYS_IN_A_PLAN = 1000;

process.execArgv.length = 0;
const plans = process.argv.includes("--quick") ? 2 : 10;
const ratios = [startUp(["--version"]), startUp(["key", "list", "--help"])];
await using made = await foundVault();
for (let i = 0; i < plans; i++) await createKeys(made, i);
ratios.push(await act(), await verification(made));
report(ratios);

/** The program against the bare runtime. */
function startUp(args: string[]): Ratio {
  const bare: number[] = [];
  const program: number[] = [];
  for (let i = 0; i < START_UPS; i++) {
    bare.push(timed(() => spawnSync(process.execPath, ["-e", "0"])));
    program.push(timed(() => spawnSync(process.execPath, [RUN, ...args])));
  }
  return {
    what: `conclave ${args.join(" ")}`,
    measured: median(program),
    against: "node -e 0",
    baseline: median(bare),
  };
}

/** One approved act against one durable commit of the same vault, locked. */
async function act(): Promise<Ratio> {
  await using small = await foundVault();
  const commits: number[] = [];
  const acts: number[] = [];
  await using opened = await small.open();
  for (let i = 0; i < START_UPS; i++) {
    commits.push(await timedAsync(() => opened.actLocked(async () => undefined)));
    acts.push(await timedAsync(() => small.createKey(`key-${i}`, ["alice", "bob"])));
  }
  return {
    what: "an approved act: two rehearsal shares opened, chain verified twice, a key made",
    measured: median(acts),
    against: "one durable commit of the locked vault",
    baseline: median(commits),
  };
}

/** Verification of a long chain against parsing, canonicalising, hashing and inserting the same entries. */
async function verification(vault: MadeVault): Promise<Ratio> {
  await using opened = await vault.open();
  const entries = await Array.fromAsync(opened.reader.rows("entries"));
  const whole: number[] = [];
  const plain: number[] = [];
  for (let i = 0; i < 3; i++) {
    whole.push(await timedAsync(() => opened.verify(true)));
    plain.push(
      await timedAsync(async () => {
        await using memory = await memoryStorage();
        await memory.transaction(async (writer) => {
          for (const { sequence, text } of entries) {
            entryHash(canonicalJson(parseEntry(text, sequence)));
            await writer.insert("entries", { sequence, text });
          }
        });
      }),
    );
  }
  return {
    what: `verification of ${entries.length} entries, ${await opened.reader.count("keys")} keys`,
    measured: median(whole),
    against: "parse, canonicalise, hash, insert",
    baseline: median(plain),
  };
}

async function createKeys(vault: MadeVault, plan: number): Promise<void> {
  await using opened = await vault.open();
  const planned = await Promise.all(
    Array.from({ length: KEYS_IN_A_PLAN }, (_, i) =>
      planKeyCreate(opened.reader, { ...PLAIN_KEY, name: `key-${plan}-${i}`, algorithm: "aes-256" }),
    ),
  );
  const prepared = await preparePlan(opened, ACTIONS, { actions: planned, reason: "bench" });
  await executePlan(opened, prepared, vault.interaction("alice", "bob"));
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

async function timedAsync(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function report(rows: readonly Ratio[]): void {
  for (const { what, measured, against, baseline } of rows) {
    console.log(
      `${(measured / baseline).toFixed(2)} ×  ${what} (${measured.toFixed(1)} ms) against ${against} (${baseline.toFixed(1)} ms)`,
    );
  }
}
