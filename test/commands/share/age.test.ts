import { spawnSync } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWithPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { answer } from "../../support/room.ts";
import { Terminal } from "../../support/terminal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const { status } = spawnSync("age", ["--version"]);

describe.skipIf(status !== 0)("the age program (skipped where it isn't installed)", () => {
  let made: MadeVault;
  beforeAll(async () => {
    made = await foundVault();
  });
  afterAll(async () => made[Symbol.asyncDispose]());

  async function age(vault: MadeVault, times: number, ...args: string[]): Promise<number> {
    const env = { PATH: process.env["PATH"] ?? "" };
    await using terminal = new Terminal(["age", ...args], { cwd: vault.place.path, env });
    for (let i = 0; i < times; i++) await answer(terminal, /passphrase.*:/i, vault.passphrase("alice"));
    return await terminal.exit;
  }

  test("opens a share file, which is text that a person can read", async () => {
    await using copy = await made.copy();
    expect(await age(copy, 1, "--decrypt", "--output", "alice.txt", "shares/alice.share")).toBe(0);
    expect(await readFile(copy.place.file("alice.txt"), "utf8")).toMatch(
      /^This is alice's .* share of quorum root .*\ncvr1[a-z0-9]{83}\nvault [0-9a-f-]{36}\n/,
    );
  });

  test.for([
    { form: "binary", flags: [] },
    { form: "armored", flags: ["--armor"] },
  ])("seals the same text again, which is as good ($form)", async ({ flags }) => {
    await using copy = await made.copy();
    using text = await openWithPassphrase(await readFile(copy.share("alice")), copy.passphrase("alice"));
    await writeFile(copy.place.file("alice.txt"), text.reveal());
    await rm(copy.share("alice"));
    expect(await age(copy, 2, "--passphrase", ...flags, "--output", "shares/alice.share", "alice.txt")).toBe(0);

    const verified = await copy.place.run(
      "share",
      "verify",
      "shares/alice.share",
      "--vault",
      "vault",
      ...copy.passphraseFlags("alice"),
      "--json",
    );
    expect(verified.json()).toMatchObject({ custodian: "alice", identity: true });
    const create = ["key", "create", "first", "--vault", "vault", "--algorithm", "aes-256"];
    expect((await copy.place.run(...create, ...copy.flags("alice", "bob"))).status).toBe(0);
  });
});
