import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { create } from "../../support/key-acts.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const CONCLAVE = fileURLToPath(new URL("../../../bin/conclave", import.meta.url));
const SIZE = 256 * 1024 * 1024;

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(create("dumps"));
  writeFileSync(made.place.file("dump"), "");
  truncateSync(made.place.file("dump"), SIZE);
});
afterAll(() => made[Symbol.asyncDispose]());

const names = () => readdirSync(made.place.path).filter((name) => name.includes("dump.enc"));
const args = () => {
  const at = (name: string) => made.place.file(name);
  const where = ["--in", at("dump"), "--out", at("dump.enc"), "--vault", made.path, "-q"];
  return ["key", "encrypt", "dumps", ...where, ...made.flags("alice", "bob")];
};

/** Begin to encrypt, and end the process once it has begun to write. @returns its exit status, null if a signal ended it */
async function interruptedBy(signal: "SIGINT" | "SIGKILL"): Promise<number | null> {
  const child = spawn(CONCLAVE, args(), { env: made.place.environment(), stdio: "ignore" });
  const ended = once(child, "close");
  while (names().every((name) => statSync(made.place.file(name)).size === 0)) await setTimeout(2);
  child.kill(signal);
  return (await ended)[0];
}

test("an interrupt in the middle of a large file leaves nothing; nor does what was killed, once it is done again", async () => {
  expect(await interruptedBy("SIGINT")).toBe(16);
  expect(names()).toEqual([]);
  expect(await interruptedBy("SIGKILL")).toBe(null);
  expect(names()).toHaveLength(1);
  expect(names()[0]).toMatch(/^\.dump\.enc\.[0-9a-f]{32}$/);
  expect((await made.place.run(...args())).status).toBe(0);
  expect(names()).toEqual(["dump.enc"]);
  expect((await made.verify()).result).toBe("VERIFIED");
});
