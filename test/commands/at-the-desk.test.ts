import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Custodian, FourHomes } from "../support/four-homes.ts";
import { answer, comeForward } from "../support/room.ts";

let homes: FourHomes;
beforeAll(async () => {
  homes = await FourHomes.found();
  await homes.prove();
  const create = ["key", "create", "payments", "--algorithm", "aes-256", "--vault", "V"];
  await homes.host.write("session.pass", "a lighthouse\n");
  await homes.run(10, homes.host, ...create, "--plan-out", "P", "--session-passphrase-file", "session.pass");
  await homes.send("P", homes.host, homes.desks.bob);
  await homes.approve("P", "alice");
}, 60_000);
afterAll(async () => homes[Symbol.asyncDispose]());

function passphraseOf(name: Custodian): string {
  return homes.vault.passphrase(name);
}

const APPROVE = ["plan", "approve", "P", "--share", "bob.share", "--out", "approval"];

test("plan approve: whoever is asked has seen the plan, also with --quiet; a mistake at each question", async () => {
  const { bob } = homes.desks;
  {
    await using terminal = bob.terminal(...APPROVE, "--quiet");
    await terminal.waitFor("Key           default/payments");
    await answer(terminal, "bob: where is your identity file?", "elsewhere");
    await terminal.waitFor("elsewhere: no such file or directory");
    terminal.type("\u0015bob.identity\r"); // Ctrl-U empties the line
    await answer(terminal, "bob's identity passphrase", "not his");
    await terminal.waitFor("error: bob.identity: the passphrase does not open it");
    expect(await terminal.exit).toBe(11);
  }
  {
    await using terminal = bob.terminal(...APPROVE, "--identity", "bob.identity");
    await answer(terminal, "bob's identity passphrase", passphraseOf("bob"));
    await answer(terminal, "bob: type yes to approve key.create default/payments, anything else to stop:", "y");
    await terminal.waitFor("error: aborted");
    expect(await terminal.exit).toBe(16);
    expect(existsSync(bob.file("approval"))).toBe(false);
  }
  await using terminal = bob.terminal(...APPROVE, "--identity", "bob.identity");
  await answer(terminal, "bob's identity passphrase", passphraseOf("bob"));
  await answer(terminal, "bob: type yes to approve key.create default/payments", "yes");
  await terminal.waitFor("Approved by bob: approval. Send it to the requester.");
  expect(await terminal.exit).toBe(0);
  expect(terminal.raw()).not.toContain(passphraseOf("bob"));
});

test("custodian prove: whoever is asked has seen the request", async () => {
  const { carol } = homes.desks;
  const flags = ["--share", "carol.share", "--identity", "carol.identity", "--out", "again.proof"];
  await using terminal = carol.terminal("custodian", "prove", "first.request", ...flags, "--quiet");
  await terminal.waitFor("Request   prove that you hold your share");
  await answer(terminal, "carol's identity passphrase", passphraseOf("carol"));
  await answer(terminal, "carol: type yes to prove your share of quorum root, anything else to stop:", "no");
  expect(await terminal.exit).toBe(16);
  expect(existsSync(carol.file("again.proof"))).toBe(false);
});

test("plan execute: one by a file, the other in the room, who is warned; a mistake at each question", async () => {
  const { host, desks } = homes;
  for (const file of ["carol.share", "carol.identity"]) await copyFile(desks.carol.file(file), host.file(file));
  const execute = () => host.terminal("plan", "execute", "P", "--vault", "V", "--approval", "alice.P");
  {
    await using terminal = execute();
    await answer(terminal, "Passphrase of this plan's session", "not it");
    await terminal.waitFor(/error: session of plan [0-9a-f]{32}: the passphrase does not open it/);
    expect(await terminal.exit).toBe(11);
  }
  await using terminal = execute();
  await answer(terminal, "Passphrase of this plan's session", "a lighthouse");
  await terminal.waitFor("quorum root: 1 of 2 (alice); waiting for one of bob, carol");
  await comeForward(terminal, 1);
  await answer(terminal, "carol: where is your share file?", "nowhere");
  await terminal.waitFor("nowhere: no such file or directory");
  terminal.type("\u0015carol.share\r");
  await answer(terminal, "carol: where is your identity file?", "nowhere");
  await terminal.waitFor("nowhere: no such file or directory");
  terminal.type("\u0015carol.identity\r");
  await terminal.waitFor("carol: your identity is opened on this host, which could keep your signing key.");
  await answer(terminal, "carol's identity passphrase", "not hers");
  await terminal.waitFor("error: carol.identity: the passphrase does not open it");
  await terminal.waitFor("It does not count. Try again, or let another custodian come first.");
  await comeForward(terminal, 1);
  await answer(terminal, "carol: where is your share file?", "carol.share");
  await answer(terminal, "carol: where is your identity file?", "carol.identity");
  await answer(terminal, "carol's identity passphrase", passphraseOf("carol"));
  await terminal.waitFor("quorum root: 2 of 2 (alice, carol)");
  await answer(terminal, "Type yes to execute key.create default/payments, no to stop:", "yes");
  await terminal.waitFor("Executed    entry");
  expect(await terminal.exit).toBe(0);
});
