import { execFileSync } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { describePublic, fileInput } from "../src/lib/key/stream-input.ts";
import { create } from "../test/support/key-acts.ts";
import type { MadeVault } from "../test/support/vault.ts";
import { isInstalled, runWatched } from "./backup.ts";
import { compare, elapsed, type Ratio } from "./ratio.ts";

/** What encrypting and decrypting a file takes: time against age's, and the largest resident memory in bytes. */
export interface EncryptBench {
  ratios: Ratio[];
  memory: { encrypt: number; decrypt: number };
}

/**
 * `key encrypt` and `key decrypt`, with shares at hand, against `age -r` and `age -d` of the same file on the same disk.
 * Ours is durable when it ends, so age's is synced.
 *
 * @param mebibytes of random bytes
 * @returns undefined where age is not installed
 */
export async function encrypt(made: MadeVault, mebibytes: number, rounds: number): Promise<EncryptBench | undefined> {
  if (!["age", "age-keygen", "sync"].every(isInstalled)) return undefined;
  const file = (name: string) => made.place.file(name);
  await made.perform(create("files"));
  writeRandom(file("plain"), mebibytes);
  execFileSync("age-keygen", ["-o", file("age.key")], { stdio: "ignore" });
  const recipient = execFileSync("age-keygen", ["-y", file("age.key")], { encoding: "utf8" }).trim();
  /** The page cache has so much memory that it used before: a virtual machine gets more late, at the cost of seconds. */
  const fresh = (name: string) => {
    writeRandom(file("warm"), mebibytes);
    execFileSync("sync", [file("warm")]);
    for (const used of [name, "warm"]) rmSync(file(used), { force: true });
  };
  const age = (to: string, ...args: string[]) => {
    fresh(to);
    return elapsed(() => {
      execFileSync("age", ["-o", file(to), ...args]);
      execFileSync("sync", [file(to)]);
    });
  };
  const memory = { encrypt: 0, decrypt: 0 };
  const ours = (verb: "encrypt" | "decrypt", from: string, to: string) => {
    fresh(to);
    return elapsed(async () => {
      const key = verb === "encrypt" ? ["files"] : [];
      const where = ["--in", file(from), "--out", file(to), "--vault", made.path, "-q"];
      const peak = await runWatched(made, "key", verb, ...key, ...where, ...made.flags("alice", "bob"));
      memory[verb] = Math.max(memory[verb], peak);
    });
  };

  const ratios = [
    await compare(
      { what: `key encrypt of ${mebibytes} MiB`, against: "age -r + sync", goal: 1.5 },
      rounds,
      () => ours("encrypt", "plain", "ours.enc"),
      () => age("age.enc", "-r", recipient, file("plain")),
    ),
    await compare(
      { what: `key decrypt of ${mebibytes} MiB`, against: "age -d + sync", goal: 1.5 },
      rounds,
      () => ours("decrypt", "ours.enc", "ours.dec"),
      () => age("age.dec", "-d", "-i", file("age.key"), file("age.enc")),
    ),
  ];
  const digestOf = async (name: string) => (await describePublic(name, fileInput(file(name)))).sha256;
  if ((await digestOf("plain")) !== (await digestOf("ours.dec")))
    throw new Error("what was decrypted is something else");
  for (const name of ["plain", "ours.enc", "ours.dec", "age.enc", "age.dec"]) rmSync(file(name), { force: true });
  return { ratios, memory };
}

function writeRandom(path: string, mebibytes: number): void {
  const out = openSync(path, "wx");
  const bytes = new Uint8Array(1024 * 1024);
  for (let i = 0; i < mebibytes; i++) writeSync(out, randomFillSync(bytes));
  closeSync(out);
}
