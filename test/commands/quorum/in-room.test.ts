import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeRecord } from "../../../src/lib/share/record.ts";
import { create } from "../../support/key-acts.ts";
import { documentOf, generationsOf, holders, peopleOf } from "../../support/quorum-acts.ts";
import { answer, present } from "../../support/room.ts";
import type { Terminal } from "../../support/terminal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const CLEAR = "\u001b[2J\u001b[3J\u001b[H";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(() => made[Symbol.asyncDispose]());

function rekey(vault: MadeVault): Terminal {
  const seats = ["alice", "bob", "dave"].flatMap((name) => ["--custodian", name]);
  return vault.place.terminal("quorum", "rekey", "root", "--vault", "vault", "--shares-dir", "root-2", ...seats);
}

async function choose(terminal: Terminal, name: string, passphrase: string): Promise<void> {
  await answer(terminal, `${name}: new passphrase`, passphrase);
  await answer(terminal, `${name}: once more`, passphrase);
}

async function approve(terminal: Terminal, vault: MadeVault): Promise<void> {
  await present(terminal, 0, "shares/alice.share", vault.passphrase("alice"));
  await terminal.waitFor("quorum root: 1 of 2 (alice)");
  await present(terminal, 0, "shares/bob.share", vault.passphrase("bob"));
  await terminal.waitFor("quorum root: 2 of 2 (alice, bob)");
}

test("a rekey in the room: the name is typed, passphrases are chosen while the others look away, each share is proved", async () => {
  await using copy = await made.copy();
  await using terminal = rekey(copy);
  await terminal.waitFor(/Leaving +carol\n/);
  await terminal.waitFor(/Joining +dave\n/);
  await approve(terminal, copy);
  await answer(terminal, "Type root to execute", "root");
  const before = terminal.raw().length;
  for (const name of ["alice", "bob", "dave"]) await choose(terminal, name, copy.passphrase(name));
  for (const name of ["alice", "bob", "dave"]) {
    await answer(terminal, `${name}: your passphrase`, copy.passphrase(name));
    await terminal.waitFor(`${name} proved the share in`);
  }
  await terminal.waitFor("generation 2: 2 of 3, in force");
  expect(await terminal.exit).toBe(0);

  const chosen = terminal.raw().slice(before);
  expect(chosen.split(CLEAR).length, "the screen is cleared after each new passphrase").toBe(4);
  expect(terminal.raw()).not.toContain("seven ravens");
  expect(await generationsOf(copy)).toEqual(["root-2 active"]);
  for (const generation of [1, 2]) {
    const custodians = generation === 1 ? ["alice", "bob", "carol"] : ["alice", "bob", "dave"];
    for (const holder of holders(custodians, generation)) {
      using document = await documentOf(copy, holder);
      using record = encodeRecord(document.record);
      const text = Buffer.from(record.reveal()).toString();
      expect(terminal.raw(), "no share is on any screen, let alone two").not.toContain(text.slice(20, 40));
    }
  }
  await copy.performWith(peopleOf(copy, holders(["dave", "alice"], 2)), create("after"));
});

test("another name than the quorum's, or Ctrl-C at a new passphrase: nothing was changed", async () => {
  await using copy = await made.copy();
  {
    await using terminal = rekey(copy);
    await approve(terminal, copy);
    await answer(terminal, "Type root to execute", "yes");
    await answer(terminal, "neither root nor no: yes", "\u0015no");
    expect(await terminal.exit).toBe(16);
  }
  {
    await using terminal = rekey(copy);
    await approve(terminal, copy);
    await answer(terminal, "Type root to execute", "root");
    await choose(terminal, "alice", copy.passphrase("alice"));
    await terminal.waitFor("bob: new passphrase");
    terminal.ctrl("c");
    expect(await terminal.exit).toBe(16);
  }
  expect(await generationsOf(copy)).toEqual(["root-1 active"]);
  expect(await readdir(copy.place.path)).not.toContain("root-2");
});

test("Ctrl-C at a proof leaves it pending: the old generation opens, drills prove the rest", async () => {
  await using copy = await made.copy();
  {
    await using terminal = rekey(copy);
    await approve(terminal, copy);
    await answer(terminal, "Type root to execute", "root");
    for (const name of ["alice", "bob", "dave"]) await choose(terminal, name, copy.passphrase(name));
    await answer(terminal, "alice: your passphrase", copy.passphrase("alice"));
    await terminal.waitFor("bob: your passphrase");
    terminal.ctrl("c");
    expect(await terminal.exit).toBe(16);
  }
  expect(await generationsOf(copy)).toEqual(["root-1 active", "root-2 pending"]);
  await copy.createKey("meanwhile", ["bob", "carol"]);
  await copy.place.write("dave.passphrase", `${copy.passphrase("dave")}\n`);
  for (const name of ["bob", "dave"]) {
    const drill = ["custodian", "drill", `root-2/${name}.share`, "--vault", "vault", ...copy.passphraseFlags(name)];
    expect((await copy.place.run(...drill)).status).toBe(0);
  }
  expect(await generationsOf(copy)).toEqual(["root-2 active"]);
});
