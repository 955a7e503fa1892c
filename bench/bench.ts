import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { create, createKeyring, together } from "../test/support/key-acts.ts";
import { foundVault, type MadeVault } from "../test/support/vault.ts";
import { act } from "./act.ts";
import { backup } from "./backup.ts";
import { encrypt } from "./encrypt.ts";
import { largeVault, vaultOfSinglePlans } from "./large-vault.ts";
import { lineOf, type Ratio } from "./ratio.ts";
import { rewrap } from "./rewrap.ts";
import { reading, startUp } from "./start-up.ts";
import { signatures, verification } from "./verification.ts";

const quick = process.argv.includes("--quick");
/** Only what the size of a vault decides: backups of one with a million keys. */
const million = process.argv.includes("--large");
/** Only files that are encrypted and decrypted. */
const filesOnly = process.argv.includes("--files");
const KEYS = quick ? 5000 : 100_000;
/** Keys of the vault in which each has a plan of its own. */
const SINGLE_PLANS = quick ? 2000 : 5000;
const ROUNDS = quick ? 5 : 3;

/** What reads a vault, whatever its size, in about the time of an empty one. */
const READING = [
  ["key", "list"],
  ["key", "list", "--tag", "env=test", "--state", "suspended"],
  ["status"],
  ["key", "list", "--state", "active"],
  ["key", "list", "--state", "suspended"],
  ["key", "list", "--state", "deactivated"],
  ["key", "list", "--tag", "env=prod"],
  ["key", "list", "--keyring", "small"],
  ["key", "list", "--due"],
  ["key", "show", "default/key-0-0"],
];

process.execArgv.length = 0; // a process that handles secrets refuses options of Node.js
execFileSync(process.execPath, [fileURLToPath(new URL("../bin/build.js", import.meta.url))], { stdio: "inherit" });

if (million) await measureBackups();
else if (filesOnly) await measureFiles();
else await measureAll();

async function measureBackups(): Promise<void> {
  await using vault = await makeLarge(1_000_000);
  await reportBackups(vault, 1_000_000, 1);
}

async function measureFiles(): Promise<void> {
  await using made = await foundVault();
  await reportFiles(made);
}

async function measureAll(): Promise<void> {
  title("Start-up");
  report(await startUp("--version"), await startUp("key", "list", "--help"));

  title("Acts");
  report(await act());

  {
    title("A vault of many small plans");
    await using small = await vaultOfSinglePlans(SINGLE_PLANS);
    report(...(await verification(small, "one plan for each key", ROUNDS)), await signatures(small, ROUNDS));
  }

  await using empty = await foundVault();
  await empty.perform(together(createKeyring("small"), create("key-0-0")));
  await using large = await makeLarge(KEYS);
  report(...(await verification(large, "plans of 1000 keys", ROUNDS)));
  for (const args of quick ? READING.slice(0, 3) : READING) report(await reading(large, empty, args, quick ? 5 : 9));

  const { ratio, memory } = await rewrap(large, quick ? 3 : 2);
  report(ratio);
  const megabytes = [memory.early, memory.late].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(
    `         its memory: ${megabytes[0]} MB after a tenth of the rows, ${megabytes[1]} MB after nine tenths`,
  );

  await reportFiles(empty);
  await reportBackups(large, KEYS, quick ? 3 : 2);
}

async function reportFiles(made: MadeVault): Promise<void> {
  const files = await encrypt(made, quick ? 256 : 1024, 5);
  if (files === undefined) {
    console.log("         encrypting files: not measured, since age is not installed");
    return;
  }
  report(...files.ratios);
  const peaks = [files.memory.encrypt, files.memory.decrypt].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(`         largest memory: ${peaks[0]} MB of encrypting, ${peaks[1]} MB of decrypting (goal 150)`);
}

async function makeLarge(keys: number): Promise<MadeVault> {
  title(`A vault of ${keys} keys`);
  const start = performance.now();
  const made = await largeVault(keys);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`         made in ${seconds} s, each plan approved by two custodians; verified whole since`);
  return made;
}

async function reportBackups(made: MadeVault, keys: number, rounds: number): Promise<void> {
  const backups = await backup(made, keys, rounds);
  if (backups === undefined) {
    console.log("         backups: not measured, since sqlite3 or age is not installed");
    return;
  }
  report(backups.create, backups.restore);
  const peaks = [backups.memory.create, backups.memory.restore].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(
    `         largest memory: ${peaks[0]} MB of create, ${peaks[1]} MB of restore (goal 200, if there are a million keys)`,
  );
}

function title(text: string): void {
  console.log(`\n${text}`);
}

function report(...ratios: readonly Ratio[]): void {
  for (const ratio of ratios) console.log(lineOf(ratio));
}
