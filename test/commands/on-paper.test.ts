import { readFileSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromUtf8 } from "../../src/lib/bytes.ts";
import { encodeRecord } from "../../src/lib/share/record.ts";
import { encodeWords } from "../../src/lib/share/record-words.ts";
import { type Custodian, FourHomes } from "../support/four-homes.ts";
import { answer, comeForward } from "../support/room.ts";
import type { Terminal } from "../support/terminal.ts";

const CLEAR = "\u001b[2J\u001b[3J\u001b[H";
const V = ["--vault", "V"];

let homes: FourHomes;
const records = {} as Record<Custodian, string>;
const words = {} as Record<Custodian, string>;

beforeAll(async () => {
  homes = await FourHomes.found();
  await homes.prove();
  for (const name of ["alice", "bob", "carol"] as const) {
    using document = await homes.vault.document(name);
    using record = encodeRecord(document.record);
    using list = encodeWords(document.record);
    records[name] = fromUtf8(record.reveal());
    words[name] = fromUtf8(list.reveal());
    await copyFile(homes.desks[name].file(`${name}.identity`), homes.host.file(`${name}.identity`));
    await homes.host.write(`${name}.pass`, `${homes.vault.passphrase(name)}\n`);
    await homes.host.write(`${name}.txt`, `${groupsOf(records[name]).join(" ")}\n`);
  }
}, 60_000);
afterAll(async () => homes[Symbol.asyncDispose]());

function groupsOf(record: string): string[] {
  return record.toUpperCase().match(/.{1,4}/g) ?? [];
}

/** The same with another character in one place. @param at from 0 */
function mistyped(record: string, at: number): string {
  const other = record[at] === "q" ? "p" : "q";
  return record.slice(0, at) + other + record.slice(at + 1);
}

async function begin(terminal: Terminal, what: RegExp): Promise<void> {
  await terminal.waitFor(what);
  await terminal.waitFor("Everybody else looks away");
  await answer(terminal, "Enter, when nobody else sees the screen:", "");
}

/** What was shown after the screen was cleared the last time. */
function afterClear(terminal: Terminal): string {
  return terminal.raw().split(CLEAR).at(-1) ?? "";
}

describe("typed on a terminal", () => {
  test("a record, with a mistake of each kind, each located", async () => {
    const groups = groupsOf(records.alice);
    await using terminal = homes.host.terminal("share", "verify", "alice=-", ...V);
    await terminal.waitFor("alice: what do you type?");
    terminal.enter();
    await begin(terminal, /alice: type the record of your share, 22 groups/);
    await answer(terminal, "group 1 of 22:", groups.slice(0, 3).join(" ").toLowerCase());
    await answer(terminal, "group 4 of 22:", `${groups[3]} ${groups[4]?.slice(0, 2)}B${groups[4]?.slice(3)}`);
    await terminal.waitFor("error: character 19 (group 5) is 'b', which a record never has");
    await answer(terminal, "group 5 of 22:", `${groups[4]} ${groups[5]?.slice(1)} ${groups[6]}`);
    await terminal.waitFor("error: group 6 has 3 characters, wanted 4");
    const wrong = mistyped(records.alice, 25);
    await terminal.waitFor("group 6 of 22:");
    terminal.type(`qqqq${"\u007f".repeat(4)}x\u0015${groupsOf(wrong).slice(5, 10).join("")}\r`); // backspace, Ctrl-U
    await answer(terminal, "group 11 of 22:", `\u001b[A\u001b[D${groups.slice(10).join("-")}`); // arrows are left out
    await terminal.waitFor(/error: a typo: [^]*? it is\scharacter 26 \(group 7\)/);
    await answer(terminal, "Number of the group to type again", "99");
    await terminal.waitFor("a typo:");
    await answer(terminal, "Number of the group to type again", "7");
    await answer(terminal, "group 7 of 22:", groups[6] ?? "");
    await terminal.waitFor("Share          good, of alice");
    expect(await terminal.exit).toBe(0);
    expect(afterClear(terminal)).not.toMatch(/CVR1|cvr1/i);
    expect(terminal.raw().split(CLEAR)).toHaveLength(2);
  });

  test("words, pasted with line feeds and typed by four letters", async () => {
    const list = words.bob.split(" ");
    await using terminal = homes.host.terminal("share", "verify", "bob=-", ...V);
    await terminal.waitFor("bob: what do you type?");
    terminal.type("\u001b[B\r");
    await begin(terminal, /bob: type the 36 words of your share/);
    await terminal.waitFor("word 1 of 36:");
    terminal.type(`${list.slice(0, 10).join("\r")}\r`);
    await answer(terminal, "word 11 of 36:", `${list[10]} xylophon ${list[12]}`);
    await terminal.waitFor("error: word 12 is not in the list");
    await answer(
      terminal,
      "word 12 of 36:",
      list
        .slice(11, 35)
        .map((word) => word.slice(0, 4))
        .join(" "),
    );
    await answer(terminal, "word 36 of 36:", list[35] === "zoo" ? "zone" : "zoo");
    await terminal.waitFor("error: a wrong word, or two in each other's place: the checksum does not match");
    await answer(terminal, "Number of the word to type again", "36");
    await answer(terminal, "word 36 of 36:", list[35] ?? "");
    await terminal.waitFor("Share          good, of bob");
    expect(await terminal.exit).toBe(0);
    expect(afterClear(terminal)).not.toContain(list[3]);
  });

  test.for([
    { what: "Ctrl-C", status: 16, says: "error: aborted" },
    { what: "giving up", status: 11, says: "error: a typo" },
  ])("$what ends it, and the screen is cleared", async ({ what, status, says }) => {
    await using terminal = homes.host.terminal("share", "verify", "alice=-", ...V);
    await answer(terminal, "alice: what do you type?", "");
    await begin(terminal, /alice: type/);
    if (what === "Ctrl-C") {
      await answer(terminal, "group 1 of 22:", records.alice.slice(0, 8));
      await terminal.waitFor("group 3 of 22:");
      terminal.ctrl("c");
    } else {
      await answer(terminal, "group 1 of 22:", mistyped(records.alice, 30));
      await answer(terminal, "or Enter alone to give up:", "");
    }
    await terminal.waitFor(says);
    expect(await terminal.exit).toBe(status);
    expect(terminal.raw().split(CLEAR)).toHaveLength(2);
    expect(afterClear(terminal)).not.toContain(records.alice.slice(0, 8));
  });
});

test("in the room: a record proves no person; with the identity it counts; a pasted record is not taken for a path", async () => {
  const create = ["key", "create", "by-paper", "--algorithm", "aes-256", ...V, "--reason", "paper"];
  const identities = ["bob", "carol"].flatMap((name) => ["--identity", `${name}=${name}.identity`]);
  await using terminal = homes.host.terminal(...create, ...identities);
  await comeForward(terminal, 0);
  await terminal.waitFor("alice: where is your share file? (On paper: answer record, or words, and type it then)");
  terminal.type(`${records.alice}\r`);
  await terminal.waitFor("a record is typed when nobody looks: answer record first");
  terminal.type("\u0015record\r");
  await begin(terminal, /alice: type the record/);
  await answer(terminal, "group 1 of 22:", records.alice);
  await terminal.waitFor("error: typed record: proves the share, but not that alice presents it");
  await terminal.waitFor("It does not count. Try again");

  await comeForward(terminal, 1);
  await answer(terminal, "bob: where is your share file?", "words");
  await begin(terminal, /bob: type the 36 words/);
  await answer(terminal, "word 1 of 36:", words.bob);
  await terminal.waitFor("bob: your identity is opened on this host");
  await answer(terminal, "bob's identity passphrase", homes.vault.passphrase("bob"));
  await terminal.waitFor("quorum root: 1 of 2 (bob)");

  await comeForward(terminal, 1);
  await answer(terminal, "carol: where is your share file?", "carol.txt");
  await terminal.waitFor("warning: carol.txt is not sealed: whoever reads it has the share");
  await answer(terminal, "carol's identity passphrase", homes.vault.passphrase("carol"));
  await terminal.waitFor("quorum root: 2 of 2 (bob, carol)");
  await answer(terminal, "Type yes to execute", "yes");
  await terminal.waitFor("by-paper");
  expect(await terminal.exit).toBe(0);
});

describe("from an open file", () => {
  const identity = (name: Custodian) => [
    "--identity",
    `${name}=${name}.identity`,
    "--passphrase-file",
    `${name}=${name}.pass`,
  ];

  test("shares at hand: refused without the identity, counted with it", async () => {
    const create = ["key", "create", "at-hand", "--algorithm", "aes-256", ...V, "--yes"];
    const shares = ["--share", "alice.txt", "--share", "bob.txt"];
    const refused = await homes.host.run(...create, ...shares);
    expect(refused.stderr).toContain("error: alice.txt: proves the share, but not that alice presents it");
    expect(refused.status).toBe(11);
    const done = await homes.host.run(...create, ...shares, ...identity("alice"), ...identity("bob"));
    expect(done.status, String(done)).toBe(0);
    expect(done.stderr).toContain("warning: bob.txt is not sealed: whoever reads it has the share");
  });

  test("at the desk: prove by words, approve by a card, printed here", async () => {
    const { bob } = homes.desks;
    await bob.write("bob.words", `${words.bob}\n`);
    const own = ["--identity", "bob.identity", "--passphrase-file", "bob=pass", "--yes"];
    await homes.run(0, homes.host, "custodian", "request", ...V, "--out", "again.request");
    await homes.send("again.request", homes.host, bob);
    await homes.run(
      0,
      bob,
      "custodian",
      "prove",
      "again.request",
      "--share",
      "bob.words",
      ...own,
      "--out",
      "bob.again",
    );
    await homes.send("bob.again", bob, homes.host);
    await homes.run(0, homes.host, "custodian", "confirm", "bob.again", ...V);

    await homes.run(
      0,
      bob,
      "share",
      "print",
      "bob.share",
      ...own.slice(0, -1),
      "--format",
      "html",
      "--out",
      "bob.html",
    );
    const plan = ["key", "create", "by-card", "--algorithm", "aes-256", ...V, "--plan-out", "P", "--plain-session"];
    await homes.run(10, homes.host, ...plan);
    await homes.send("P", homes.host, bob);
    await homes.run(0, bob, "plan", "approve", "P", "--share", "bob.html", ...own, "--out", "bob.P");
    const without = await bob.run("plan", "approve", "P", "--share", "bob.html", "--out", "no", "--yes");
    expect(without.status).toBe(11);
    expect(without.stderr).toContain("proves the share, but not that bob presents it");
  });

  test("a drill", async () => {
    const seen = await homes.host.run("custodian", "drill", "carol.txt", ...V, ...identity("carol"), "--json");
    expect(seen.json()).toMatchObject({ custodian: "carol", quorum: "root" });
  });

  test("sealed anew from a record, into another file or in its place", async () => {
    const { host } = homes;
    await host.write("new.pass", "a lighthouse\n");
    const seal = ["--new-passphrase-file", "alice=new.pass"];
    await homes.run(0, host, "share", "protect", "alice.txt", ...seal, "--out", "alice.new");
    writeFileSync(host.file("alice-2.txt"), readFileSync(host.file("alice.txt")), { mode: 0o600 });
    await homes.run(0, host, "share", "protect", "alice=alice-2.txt", ...seal);
    for (const file of ["alice.new", "alice-2.txt"]) {
      const verify = ["share", "verify", `alice=${file}`, ...V, "--passphrase-file", "alice=new.pass", "--json"];
      expect((await homes.run(0, host, ...verify)).json()).toMatchObject({ custodian: "alice", identity: false });
    }
  });

  test("through a pipe", async () => {
    const { host } = homes;
    const seen = await host.runWith(
      { stdin: records.carol.toUpperCase() },
      "share",
      "verify",
      "carol=-",
      ...V,
      "--json",
    );
    expect(seen.json()).toMatchObject({ custodian: "carol", identity: false });
    const other = await host.runWith({ stdin: words.carol }, "share", "verify", "bob=-", ...V);
    expect(other.stderr).toContain("error: -: holds carol's share, not bob's");
    const nobody = await host.runWith({ stdin: words.carol }, "share", "verify", "-", ...V);
    expect(nobody.stderr).toContain("error: -: whose share is it?");
    const protect = await host.runWith({ stdin: words.carol }, "share", "protect", "carol=-");
    expect(protect.stderr).toContain("error: nothing to replace: --out is needed");
    const large = await host.runWith({ stdin: new Uint8Array(65_537) }, "share", "verify", "bob=-", ...V);
    expect(large.stderr).toContain("error: standard input: more than 65536 bytes");
    expect([other.status, nobody.status, protect.status, large.status]).toEqual([11, 2, 2, 11]);
  });
});
