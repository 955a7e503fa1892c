import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { create, createKeyring, together } from "../test/support/key-acts.ts";
import { foundVault } from "../test/support/vault.ts";
import { act } from "./act.ts";
import { backup } from "./backup.ts";
import { encrypt } from "./encrypt.ts";
import { largeVault, vaultOfSinglePlans } from "./large-vault.ts";
import { elapsed, lineOf, type Ratio } from "./ratio.ts";
import { rewrap } from "./rewrap.ts";
import { reading, startUp } from "./start-up.ts";
import { signatures, verification } from "./verification.ts";

const quick = process.argv.includes("--quick");
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

title("Start-up");
report(await startUp("--version"), await startUp("key", "list", "--help"));

title("Acts");
report(await act());

{
  title("A vault of many small plans");
  await using small = await vaultOfSinglePlans(SINGLE_PLANS);
  report(...(await verification(small, "one plan for each key", ROUNDS)), await signatures(small, ROUNDS));
}

title(`A vault of ${KEYS} keys`);
await using empty = await foundVault();
await empty.perform(together(createKeyring("small"), create("key-0-0")));
let made: Awaited<ReturnType<typeof largeVault>> | undefined;
const took = await elapsed(async () => {
  made = await largeVault(KEYS);
});
if (made === undefined) throw new TypeError("no vault");
await using large = made;
console.log(
  `         made in ${(took / 1000).toFixed(0)} s, each plan approved by two custodians; verified whole since`,
);
report(...(await verification(large, "plans of 1000 keys", ROUNDS)));
for (const args of quick ? READING.slice(0, 3) : READING) report(await reading(large, empty, args, quick ? 5 : 9));

const { ratio, memory } = await rewrap(large, quick ? 3 : 2);
report(ratio);
const megabytes = [memory.early, memory.late].map((bytes) => (bytes / 1e6).toFixed(0));
console.log(`         its memory: ${megabytes[0]} MB after a tenth of the rows, ${megabytes[1]} MB after nine tenths`);

const files = await encrypt(empty, quick ? 256 : 1024, 3);
if (files === undefined) {
  console.log("         encrypting files: not measured, since age is not installed");
} else {
  report(...files.ratios);
  const peaks = [files.memory.encrypt, files.memory.decrypt].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(`         largest memory: ${peaks[0]} MB of encrypting, ${peaks[1]} MB of decrypting`);
}

const backups = await backup(large, KEYS, quick ? 3 : 2);
if (backups === undefined) {
  console.log("         backups: not measured, since sqlite3 or age is not installed");
} else {
  report(backups.create, backups.restore);
  const peaks = [backups.memory.create, backups.memory.restore].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(`         largest memory: ${peaks[0]} MB of create, ${peaks[1]} MB of restore`);
}

function title(text: string): void {
  console.log(`\n${text}`);
}

function report(...ratios: readonly Ratio[]): void {
  for (const ratio of ratios) console.log(lineOf(ratio));
}
