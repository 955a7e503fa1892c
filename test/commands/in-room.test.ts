import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalsOf, stateOf } from "../support/refusals.ts";
import { answer, comeForward, present } from "../support/room.ts";
import type { Terminal } from "../support/terminal.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { workspace } from "../support/workspace.ts";

const CLEAR = "\u001b[2J\u001b[3J\u001b[H";

describe("init", () => {
  test("three people type their passphrases, one of them two that differ, another a wrong one to prove", async () => {
    await using place = await workspace();
    await using terminal = place.terminal("init", "--vault", "vault", "--rehearsal");
    await answer(terminal, "Names of the custodians", "alice");
    await answer(terminal, "two are needed at least", ", b@b");
    await answer(terminal, "b@b: a name is", "\u0008\u0008\u0008bob  carol");
    await answer(terminal, "How many of the 3 must act together?", "1");
    await answer(terminal, "a number is needed, from 2 to 3", "\u00082");
    await answer(terminal, "In which folder do the share files go?", "shares");

    await answer(terminal, "alice: new passphrase", "one of alice");
    await answer(terminal, "alice: once more", "other of alice");
    await terminal.waitFor("The two differ.");
    await choosePassphrase(terminal, "alice", "really of alice");
    await choosePassphrase(terminal, "bob", "really of bob");
    await choosePassphrase(terminal, "carol", "really of carol");
    await answer(terminal, "alice: your passphrase", "really of bob");
    expect(terminal.raw().split(CLEAR).length, "the screen is cleared after each of them").toBe(4);
    await terminal.waitFor("error: the passphrase does not open it");
    for (const name of ["alice", "bob", "carol"]) {
      await answer(terminal, `${name}: your passphrase`, `really of ${name}`);
      await terminal.waitFor(`${name} proved the share in`);
    }
    await terminal.waitFor("Write the genesis hash down on paper");
    expect(await terminal.exit).toBe(0);
    expect(terminal.raw()).not.toMatch(/of (alice|bob|carol)(?!'s|,)/);
    expect((await readdir(place.file("shares"))).sort()).toEqual(["alice.share", "bob.share", "carol.share"]);
  });

  test("production refuses a weak passphrase and asks again; Ctrl-C then leaves nothing", async () => {
    await using place = await workspace();
    const flags = ["--threshold", "2", "--custodian", "alice", "--custodian", "bob", "--shares-dir", "shares"];
    await using terminal = place.terminal("init", "--vault", "vault", ...flags);
    await choosePassphrase(terminal, "alice", "alice2026");
    await terminal.waitFor("error: alice's passphrase is weak: guessed offline in ");
    await terminal.waitFor("Take six or more random words");
    await choosePassphrase(terminal, "alice", "olive trumpet meadow canvas brisk lantern");
    await terminal.waitFor("bob: new passphrase");
    terminal.ctrl("c");
    await terminal.waitFor("error: aborted");
    expect(await terminal.exit).toBe(16);
    expect(await readdir(place.path)).not.toContain("vault");
    expect(terminal.raw()).not.toMatch(/alice2026|trumpet/);
  });

  test("Ctrl-C while shares are being proved leaves a pending vault, which is agreed to be removed", async () => {
    await using place = await workspace();
    const flags = ["--threshold", "2", "--custodian", "alice", "--custodian", "bob", "--shares-dir", "shares"];
    const init = () => place.terminal("init", "--vault", "vault", "--rehearsal", ...flags);
    {
      await using terminal = init();
      await choosePassphrase(terminal, "alice", "a");
      await choosePassphrase(terminal, "bob", "b");
      await answer(terminal, "alice: your passphrase", "a");
      await terminal.waitFor("bob: your passphrase");
      terminal.ctrl("c");
      expect(await terminal.exit).toBe(16);
    }
    {
      await using terminal = init();
      await terminal.waitFor("an unfinished genesis is there: alice proved, bob did not");
      await answer(terminal, "Type yes to remove it", "no");
      expect(await terminal.exit).toBe(16);
      expect((await readdir(place.file("shares"))).sort()).toEqual(["alice.share", "bob.share"]);
    }
    await using terminal = init();
    await answer(terminal, "Type yes to remove it", "yes");
    await terminal.waitFor("alice: new passphrase");
    expect(await readdir(place.file("shares"))).toEqual([]);
  });
});

describe("key create", () => {
  let made: MadeVault;
  let other: MadeVault;
  beforeAll(async () => {
    made = await foundVault();
    other = await foundVault();
  });
  afterAll(async () => {
    await made[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  const create = (vault: MadeVault, ...flags: string[]) =>
    vault.place.terminal("key", "create", "first", "--vault", "vault", "--algorithm", "aes-256", ...flags);

  test("custodian by custodian, with all that goes wrong on the way", async () => {
    await using copy = await made.copy();
    await using terminal = create(copy, "--reason", "a first key");
    await terminal.waitFor(/Key +default\/first\n[^]*Reason +a first key\n[^]*In words +[a-z]+/);

    await comeForward(terminal, 0);
    await answer(terminal, "alice: where is your share file?", "nowhere.share");
    await answer(terminal, "nowhere.share: no such file or directory", `${"\u0008".repeat(13)}shares/alice.share`);
    await answer(terminal, "alice: your passphrase", "of somebody else");
    await terminal.waitFor("error: shares/alice.share: the passphrase does not open it");
    await terminal.waitFor("It does not count. Try again, or let another custodian come first.");

    await present(terminal, 0, "shares/bob.share", copy.passphrase("bob"));
    await terminal.waitFor("error: shares/bob.share: holds bob's share, not alice's");
    await present(terminal, 0, other.share("alice"), other.passphrase("alice"));
    await terminal.waitFor(/error: \S+shares\/alice\.share: a share of another vault\s\(/);
    await present(terminal, 0, " shares/alice.share ", copy.passphrase("alice"));
    await terminal.waitFor("quorum root: 1 of 2 (alice); waiting for one of bob, carol");

    await present(terminal, 0, "shares/alice.share", copy.passphrase("alice"));
    await terminal.waitFor("error: shares/alice.share: holds alice's share, not bob's");
    await present(terminal, 1, "shares/carol.share", copy.passphrase("carol"));
    await terminal.waitFor("quorum root: 2 of 2 (alice, carol)");
    await answer(terminal, "Type yes to execute key.create default/first, no to stop:", "Yes");
    await answer(terminal, "neither yes nor no: Yes", "\u0015yes");
    await terminal.waitFor(/1 +active/);
    expect(await terminal.exit).toBe(0);

    const screens = terminal.raw().split(CLEAR);
    expect(screens.length, "the screen is cleared after each of them").toBe(3);
    for (const [who, screen] of [
      ["alice", screens[1]],
      ["carol", screens[2]],
    ] as const) {
      expect(screen, `after ${who} the plan stands there again`).toMatch(/Key +default\/first/);
      expect(screen).not.toContain(`${who}.share `);
    }
    expect(terminal.raw()).not.toMatch(/seven ravens|of somebody else/);
    expect(await refusalsOf(copy)).toEqual([]);
    await copy.verify();
  });

  test("share files at hand come first, then people", async () => {
    await using copy = await made.copy();
    await using terminal = create(copy, ...copy.flags("bob").filter((flag) => flag !== "--yes"));
    await terminal.waitFor("quorum root: 1 of 2 (bob); waiting for one of alice, carol");
    await present(terminal, 0, "shares/alice.share", copy.passphrase("alice"));
    await answer(terminal, "Type yes to execute", "yes");
    expect(await terminal.exit).toBe(0);
  });

  test.for(["--quiet", "--json"])("with %s too, people see what they approve", async (flag) => {
    await using copy = await made.copy();
    await using terminal = create(copy, flag);
    await terminal.waitFor(/Key +default\/first/);
    await present(terminal, 0, "shares/alice.share", copy.passphrase("alice"));
    await terminal.waitFor("quorum root: 1 of 2 (alice)");
  });

  describe("who stops it leaves the vault as it was, but for one entry", () => {
    const byInterrupt = (terminal: Terminal) => terminal.ctrl("c");
    test.for([
      { at: "the choice", until: untilChoice, stop: byInterrupt },
      { at: "the path", until: untilPath, stop: byInterrupt },
      { at: "the passphrase", until: untilPassphrase, stop: byInterrupt },
      { at: "the second choice", until: untilSecond, stop: byInterrupt },
      { at: "the confirmation", until: untilConfirmation, stop: byInterrupt },
      { at: "the confirmation, by no", until: untilConfirmation, stop: (terminal: Terminal) => terminal.type("no\r") },
      { at: "the choice, by nobody", until: untilChoice, stop: (terminal: Terminal) => terminal.type("\u001b[A\r") },
    ])("at $at", async ({ until, stop }) => {
      await using copy = await made.copy();
      const before = await stateOf(copy);
      await using terminal = create(copy);
      await until(terminal, copy);
      stop(terminal);
      await terminal.waitFor("error: aborted");
      expect(await terminal.exit).toBe(16);
      expect(await refusalsOf(copy)).toEqual([{ code: "ABORTED", message: "aborted" }]);
      expect(await stateOf(copy)).toEqual(before);
      expect((await copy.verify()).result).toBe("VERIFIED");
    });
  });
});

async function choosePassphrase(terminal: Terminal, name: string, passphrase: string): Promise<void> {
  await answer(terminal, `${name}: new passphrase`, passphrase);
  await answer(terminal, `${name}: once more`, passphrase);
}

async function untilChoice(terminal: Terminal): Promise<void> {
  await terminal.waitFor("nobody: stop here");
}

async function untilPath(terminal: Terminal): Promise<void> {
  await comeForward(terminal, 0);
  await terminal.waitFor("alice: where is your share file?");
}

async function untilPassphrase(terminal: Terminal): Promise<void> {
  await comeForward(terminal, 0);
  await answer(terminal, "alice: where is your share file?", "shares/alice.share");
  await terminal.waitFor("alice: your passphrase");
}

async function untilSecond(terminal: Terminal, made: MadeVault): Promise<void> {
  await present(terminal, 0, "shares/alice.share", made.passphrase("alice"));
  await terminal.waitFor("quorum root: 1 of 2 (alice)");
  await terminal.waitFor("nobody: stop here");
}

async function untilConfirmation(terminal: Terminal, made: MadeVault): Promise<void> {
  await present(terminal, 0, "shares/alice.share", made.passphrase("alice"));
  await present(terminal, 0, "shares/bob.share", made.passphrase("bob"));
  await terminal.waitFor("Type yes to execute");
}
