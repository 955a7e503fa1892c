import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import { randomBytes } from "../../src/lib/crypto/random.ts";
import { describePublic, fileInput } from "../../src/lib/key/stream-input.ts";
import { create } from "../support/key-acts.ts";
import { foundVault } from "../support/vault.ts";

const MEBIBYTES = process.env["CONCLAVE_QUICK"] === "1" ? 64 : 1024;

test(`a file of ${MEBIBYTES} MiB outlives its key's rotation and suspension, by commands alone`, async () => {
  await using made = await foundVault();
  const { place } = made;
  await made.perform(create("dumps"));
  writeRandom(place.file("dump"));
  const both = ["--vault", "vault", ...made.flags("alice", "bob")];
  const run = async (wanted: number, ...args: string[]) => {
    const seen = await place.run("key", ...args, ...both);
    expect({ args, status: seen.status, stderr: seen.stderr }).toMatchObject({ args, status: wanted });
    return seen.stderr;
  };

  await run(0, "encrypt", "dumps", "--in", "dump", "--out", "dump.enc");
  await run(0, "rotate", "dumps");
  await run(0, "suspend", "dumps", "--reason", "a drill");
  expect(await run(13, "decrypt", "--in", "dump.enc", "--out", "again")).toContain(
    "key default/dumps version 1 is suspended: it may not decrypt",
  );
  expect(readdirSync(place.path).filter((name) => name.includes("again"))).toEqual([]);
  await run(0, "resume", "dumps", "--reason", "the drill is over");
  await run(0, "decrypt", "--in", "dump.enc", "--out", "again");
  expect(await digestOf("again")).toBe(await digestOf("dump"));
  expect((await made.verify()).result).toBe("VERIFIED");

  async function digestOf(name: string): Promise<string> {
    return (await describePublic(name, fileInput(place.file(name)))).sha256;
  }
  function writeRandom(path: string): void {
    const file = openSync(path, "wx");
    for (let i = 0; i < MEBIBYTES; i++) writeSync(file, randomBytes(1024 * 1024));
    closeSync(file);
  }
});
