import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import { findPaper } from "../../../src/lib/share/paper.ts";
import { sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { ROOT } from "../../docs/page.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { answer } from "../../support/room.ts";
import { shareText } from "../../support/share-text.ts";
import { MadeVault } from "../../support/vault.ts";
import { workspace } from "../../support/workspace.ts";

const RECORD = "cvr1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qzzd4m6a";
const FIRST_LINE = "CVR1 Q94K U2JJ 9SLY C97E";
const CLEAR = "\u001b[2J\u001b[3J\u001b[H";
const ALICE = ["alice.share", "--passphrase-file", "alice=pass"];

let desk: MadeVault;
beforeAll(async () => {
  desk = new MadeVault(await workspace({ pass: "old\n", "there.txt": "mine\n", letter: "Dear Alice\n" }), []);
  using text = shareText({ custodianSeed: 5 });
  await desk.place.write("alice.share", await sealToPassphrase(text, "old", 1));
  await desk.place.write("alice.txt", `${RECORD}\n`);
});
afterAll(async () => desk[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "pipe", args: ALICE, status: 0 },
  { outcome: "out", args: [...ALICE, "--out", "card.txt"], status: 0 },
  { outcome: "html", args: [...ALICE, "--format", "html", "--out", "my card.html"], status: 0 },
  { outcome: "json", args: [...ALICE, "--out", "card.txt", "--json"], status: 0 },
  { outcome: "json-without-out", args: [...ALICE, "--json"], status: 2 },
  { outcome: "exists", args: [...ALICE, "--out", "there.txt"], status: 4 },
  { outcome: "no-passphrase", args: ["alice.share"], status: 2 },
  { outcome: "letter", args: ["alice=letter"], status: 11 },
  { outcome: "from-record", args: ["alice.txt", "--out", "card.txt", "--quiet"], status: 0 },
])("$outcome: $status", async (outcome) => expectOutcome(desk, "share print", "../golden", outcome));

test("a card in a file is for its owner only, and nothing is overwritten", async () => {
  await using copy = await desk.copy();
  const { place } = copy;
  expect((await place.run("share", "print", ...ALICE, "--out", "card.txt")).status).toBe(0);
  expect(statSync(place.file("card.txt")).mode & 0o777).toBe(0o600);
  const found = findPaper(readFileSync(place.file("card.txt")));
  expect(fromUtf8(found?.text.reveal() ?? utf8(""))).toBe(`${RECORD}\n`);
  expect((await place.run("share", "print", ...ALICE, "--out", "card.txt")).status).toBe(4);
});

test.for([
  { what: "a file", path: "redirected" },
  { what: "nothing", path: "/dev/null" },
])("standard output that is $what gets no card: others could read it, or nobody", async ({ path }) => {
  const { place } = desk;
  const output = openSync(join(place.path, path.startsWith("/") ? "pass" : path), path.startsWith("/") ? "r" : "w");
  const stdout = path.startsWith("/") ? "ignore" : output;
  const child = spawn(join(ROOT, "bin/conclave"), ["share", "print", ...ALICE], {
    cwd: place.path,
    env: place.environment(),
    stdio: ["ignore", stdout, "ignore"],
  });
  expect((await once(child, "close"))[0]).toBe(2);
  if (!path.startsWith("/")) expect(readFileSync(place.file(path), "utf8")).toBe("");
});

describe("on a terminal", () => {
  test("warns, asks, shows, and clears the screen on Enter", async () => {
    await using terminal = desk.place.terminal("share", "print", ...ALICE);
    await terminal.waitFor("alice's share will show on this screen. Nobody but alice may see it");
    expect(terminal.screen()).not.toContain("CVR1");
    await answer(terminal, "Type yes to show it, anything else to stop:", "yes");
    await terminal.waitFor(FIRST_LINE);
    await terminal.waitFor("Press Enter to clear the screen:");
    expect(terminal.raw()).not.toContain(CLEAR);
    terminal.enter();
    expect(await terminal.exit).toBe(0);
    const [before = "", after = ""] = terminal.raw().split(CLEAR);
    expect(before).toContain(FIRST_LINE);
    expect(after).not.toMatch(/CVR1|accident/);
  });

  test("shows nothing without a yes", async () => {
    await using terminal = desk.place.terminal("share", "print", ...ALICE);
    await answer(terminal, "Type yes to show it", "y");
    await terminal.waitFor("error: aborted");
    expect(await terminal.exit).toBe(16);
    expect(terminal.raw()).not.toContain("CVR1");
  });

  test("clears the screen also after Ctrl-C", async () => {
    await using terminal = desk.place.terminal("share", "print", ...ALICE);
    await answer(terminal, "Type yes to show it", "yes");
    await terminal.waitFor("Press Enter to clear the screen:");
    terminal.ctrl("c");
    expect(await terminal.exit).toBe(16);
    expect(terminal.raw().split(CLEAR)).toHaveLength(2);
  });

  test("HTML isn't for a screen", async () => {
    await using terminal = desk.place.terminal("share", "print", ...ALICE, "--format", "html");
    await terminal.waitFor("error: HTML is not for a screen: --out is needed");
    expect(await terminal.exit).toBe(2);
  });
});
