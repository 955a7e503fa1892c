import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FOUNDING_SCRIPT, KEY_SCRIPT, UNPROVEN_SCRIPT } from "../../support/ceremony-scripts.ts";
import { answer, present } from "../../support/room.ts";
import type { Terminal } from "../../support/terminal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";
import { workspace } from "../../support/workspace.ts";

const DOWN = "\u001b[B";

let original: MadeVault;
beforeAll(async () => {
  original = await foundVault();
  await original.place.write("key.yaml", KEY_SCRIPT);
  await original.place.write("unproven.yaml", UNPROVEN_SCRIPT);
});
afterAll(() => original[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];
const REPLACED = ["leaving=carol", "shares=new", "backups=b"].flatMap((value) => ["--input", value]);
const INPUTS = ["--input", "name=payments", "--input", "backups=backups"];

/** Flags by which nobody is asked. */
function unattended(made: MadeVault): string[] {
  return [...VAULT, ...made.flags("alice", "bob", "carol"), "--transcript-dir", "out"];
}

async function logOf(made: MadeVault): Promise<string> {
  const [name = ""] = await readdir(made.place.file("state/conclave/ceremonies"));
  return made.place.file(`state/conclave/ceremonies/${name}`);
}

async function eventsOf(made: MadeVault): Promise<{ event: string; [member: string]: unknown }[]> {
  const lines = (await readFile(await logOf(made), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line).what);
}

test("help", async () => {
  await expect(await original.place.run("ceremony", "run", "--help")).toMatchFileSnapshot("golden/run-help.txt");
});

describe("with files at hand, in a rehearsal vault", () => {
  test("it goes from step to step, and ends proven, with a transcript of which the chain tells", async () => {
    await using made = await original.copy();
    const seen = await made.place.run("ceremony", "run", "key.yaml", ...INPUTS, ...unattended(made));
    await expect(seen).toMatchFileSnapshot("golden/run-success.txt");
    expect((await made.verify()).result).toBe("VERIFIED");
    await using vault = await made.open();
    const row = await vault.reader.find("ceremonies", {});
    expect(row).toMatchObject({ name: "make-a-key", outcome: "proven" });
    expect(seen.stdout).toContain(row?.transcript);
  });

  test("--json", async () => {
    await using made = await original.copy();
    const seen = await made.place.run("ceremony", "run", "key.yaml", ...INPUTS, ...unattended(made), "--json");
    expect(seen.stderr).toBe("");
    expect(seen.json()).toMatchObject({ state: "ended", end: { outcome: "proven", unsigned: [] } });
  });

  test("without a proof it ends UNPROVEN, also in status, until a backup of it is proved", async () => {
    await using made = await original.copy();
    const seen = await made.place.run(
      "ceremony",
      "run",
      "unproven.yaml",
      "--input",
      "name=payments",
      ...unattended(made),
    );
    await expect(seen).toMatchFileSnapshot("golden/run-unproven.txt");
    const status = await made.place.run("status", ...VAULT, "--json");
    expect(status.json()).toMatchObject({
      lastCeremony: { name: "make-a-key", outcome: "unproven" },
      unprovenCeremonies: [{ name: "make-a-key" }],
    });
    expect((await made.place.run("status", ...VAULT)).stdout).toMatch(/UNPROVEN +what the ceremony make-a-key/);
    await made.place.run("backup", "create", ...VAULT, "--to", "out");
    const file = (await readdir(made.place.file("out"))).find((name) => name.endsWith(".backup")) ?? "";
    await made.place.run("backup", "verify", "--deep", `out/${file}`, ...VAULT, ...made.flags("alice", "bob"));
    expect((await made.place.run("status", ...VAULT, "--json")).json()).toMatchObject({ unprovenCeremonies: [] });
  });

  test("custodians elsewhere approve the script's plan; the run waits and goes on", async () => {
    await using made = await original.copy();
    const flags = [
      ...INPUTS,
      ...VAULT,
      "--yes",
      "--plan-out",
      "make.plan",
      "--plain-session",
      "--transcript-dir",
      "out",
    ];
    const sent = await made.place.run("ceremony", "run", "key.yaml", ...flags);
    expect(sent.status).toBe(10);
    expect(sent.stdout).toContain("waits for people elsewhere at step 2 of 5");
    const shown = await made.place.run("plan", "show", "make.plan");
    expect(shown.stdout).toMatch(/Ceremony +make-a-key/);
    expect(shown.stdout).toMatch(/Input name +payments/);

    const resume = ["ceremony", "run", "--resume", ...unattended(made)].filter((flag) => flag !== "bob");
    for (const name of ["alice", "carol"]) {
      const share = [made.share(name), ...made.passphraseFlags(name)];
      await made.place.run("plan", "approve", "make.plan", "--share", ...share, "--out", `${name}.approval`, "--yes");
    }
    const alone = await made.place.run(
      "ceremony",
      "run",
      "--resume",
      ...VAULT,
      "--yes",
      "--approval",
      "alice.approval",
    );
    expect(alone.status, alone.stderr).toBe(10);
    const seen = await made.place.run(...resume, "--approval", "alice.approval", "--approval", "carol.approval");
    expect(seen.status, seen.stderr).toBe(0);
    expect(seen.stdout).toContain("proven");
    await using vault = await made.open();
    expect(await vault.reader.count("keys")).toBe(1);
    const [transcript = ""] = await readdir(made.place.file("out"));
    expect(await readFile(made.place.file(`out/${transcript}`), "utf8")).toMatch(
      /Approved by: alice[^]*Approved by: carol/,
    );
  });
});

describe("refused before step 1, and nothing is written", () => {
  test.for([
    { why: "no script", args: [], status: 2 },
    { why: "an unknown script", args: ["no-such-script"], status: 3 },
    { why: "no input", args: ["key.yaml"], status: 2 },
    { why: "a wrong input", args: ["key.yaml", "--input", "name=a b", "--input", "backups=b"], status: 2 },
    { why: "an unknown input", args: ["key.yaml", ...INPUTS, "--input", "nmae=b"], status: 2 },
    { why: "an input given twice", args: ["key.yaml", ...INPUTS, "--input", "name=b"], status: 2 },
    { why: "a path that goes upwards", args: ["key.yaml", "--input", "name=a", "--input", "backups=../b"], status: 2 },
    { why: "nothing to resume", args: ["--resume"], status: 3 },
    {
      why: "a key that the vault doesn't have",
      args: ["key-rotation", "--input", "keys=nothing", "--input", "backups=b"],
      status: 3,
    },
    {
      why: "fewer custodians than must act together",
      args: ["custodian-replacement", ...REPLACED, "--input", "threshold=4", "--input", "custodians=alice bob dave"],
      status: 2,
    },
    {
      why: "an enrolment that isn't there",
      args: ["custodian-replacement", ...REPLACED, "--input", "threshold=2", "--input", "custodians=alice dave=none"],
      status: 3,
    },
    { why: "a backup that is none", args: ["restore-drill", "--input", "backup=key.yaml"], status: 14 },
  ])("$why: $status", async ({ args, status }) => {
    const seen = await original.place.run("ceremony", "run", ...args, ...unattended(original));
    expect(seen.status, seen.stderr).toBe(status);
    expect(await readdir(original.place.file("state/conclave"))).not.toContain("ceremonies");
  });

  test("no terminal, and nobody played", async () => {
    const seen = await original.place.run("ceremony", "run", "key.yaml", ...INPUTS, ...VAULT);
    await expect(seen).toMatchFileSnapshot("golden/run-no-terminal.txt");
  });

  test("an altered vault, whose chain doesn't verify (14)", async () => {
    await using made = await original.copy();
    const bytes = await readFile(made.database);
    bytes[bytes.indexOf("custodian.confirm")] = 0x44;
    await writeFile(made.database, bytes);
    const seen = await made.place.run("ceremony", "run", "key.yaml", ...INPUTS, ...unattended(made));
    expect(seen.status).toBe(14);
    expect(seen.stderr).toContain("not ready for step 1");
  });

  test("--yes is for rehearsal vaults only, and a real host must pass every check", async () => {
    await using place = await workspace({ "guarded.yaml": FOUNDING_SCRIPT });
    const seen = await place.run("ceremony", "run", "guarded.yaml", "--yes");
    expect(seen.status).toBe(2);
    expect(seen.stderr).toContain("--yes ticks every step unseen");
    await using terminal = place.terminal("ceremony", "run", "guarded.yaml");
    await enter(terminal);
    await answer(terminal, "What time is it on another clock", "9:41");
    await answer(terminal, "two digits, a colon, two digits", `${"\u0008".repeat(4)}${anotherTime()}`);
    await terminal.waitFor("NOT OK  clock confirmed: the host's clock shows");
    await terminal.waitFor("ok  vault absent: there is no vault at");
    await answer(terminal, "Not ready for step 1; nothing has been done yet", ""); // looks again
    await answer(terminal, "What time is it on another clock", anotherTime());
    await answer(terminal, "Not ready for step 1; nothing has been done yet", "\u001b[A"); // the last one: stop
    await terminal.waitFor("not ready for step 1");
    expect(await terminal.exit).toBe(15);
  });
});

/** What no clock shows now. */
function anotherTime(): string {
  return new Date(Date.now() + 6 * 60 * 60 * 1000).toISOString().slice(11, 16);
}

async function enter(terminal: Terminal): Promise<void> {
  await answer(terminal, "Name of the administrator", "Ada Quill");
  await answer(terminal, "Initials of Ada Quill", "AQ");
}

describe("in the room", () => {
  const run = (made: MadeVault, ...flags: string[]) =>
    made.place.terminal("ceremony", "run", "key.yaml", ...INPUTS, ...VAULT, "--transcript-dir", "out", ...flags);

  test("an exception, a hand-over, Ctrl-C, a pause; the next run goes on, and none of it is lost", {
    timeout: 60_000,
  }, async () => {
    await using made = await original.copy();
    {
      await using terminal = run(made);
      await enter(terminal);
      await terminal.waitFor("Step 1 of 5");
      await answer(terminal, "Done? Initials of", "?");
      await terminal.waitFor("What is it?");
      await answer(terminal, "stop for good", DOWN);
      await answer(terminal, "What was expected?", "silence");
      await answer(terminal, "What happened?", "a telephone rang");
      await answer(terminal, "What was decided?", "it was taken away");
      await answer(terminal, "Initials:", "AQ");
      await terminal.waitFor("Step 1 of 5");
      await answer(terminal, "Done? Initials of", "?");
      await answer(terminal, "stop for good", `${DOWN}${DOWN}`);
      await terminal.waitFor("Whose role is taken over?");
      await answer(terminal, "nobody's: go on", "");
      await answer(terminal, "Who takes it over from Ada Quill?", "Ben Rook");
      await answer(terminal, "Initials of Ben Rook:", "BR");
      await terminal.waitFor("Who acts: the administrator: Ben Rook (BR)");
      await terminal.waitFor("Done? Initials of");
      terminal.ctrl("c");
      await answer(terminal, "Stop here?", "");
      await terminal.waitFor("Step 1 of 5");
      await answer(terminal, "Done? Initials of", "BR");
      await terminal.waitFor("Step 2 of 5");
      await terminal.waitFor("Enter to begin");
      terminal.ctrl("c");
      await answer(terminal, "Stop here?", DOWN);
      await terminal.waitFor("paused at step 2 of 5");
      expect(await terminal.exit).toBe(10);
    }
    await using terminal = made.place.terminal("ceremony", "run", "key.yaml", ...VAULT, "--transcript-dir", "out");
    await answer(terminal, "A ceremony of this vault was not ended. Go on with it?", "");
    await terminal.waitFor("Going on with: Make a key");
    await terminal.waitFor("Step 2 of 5");
    await answer(terminal, "Enter to begin", "");
    await present(terminal, 0, "shares/alice.share", made.passphrase("alice"));
    await present(terminal, 0, "shares/bob.share", made.passphrase("bob"));
    await answer(terminal, "Type yes to execute", "yes");
    await terminal.waitFor(/Check value +[0-9a-f]{10}/);
    await answer(terminal, "Done? Initials of", "?");
    await answer(terminal, "stop for good", `${DOWN}${DOWN}${DOWN}${DOWN}`);
    await answer(terminal, "Why is the ceremony stopped?", "no stick for the backup");
    await answer(terminal, "Type abort to stop it for good", "abort");
    await answer(terminal, "not here, or later", DOWN);
    await answer(terminal, /bob, to sign[^]*not here, or later/, DOWN);
    expect(await terminal.exit).toBe(16);
    expect(terminal.screen()).toMatch(/Changed +what step 2 did stands/);
    const [file = ""] = await readdir(made.place.file("out"));
    const transcript = await readFile(made.place.file(`out/${file}`), "utf8");
    for (const said of [
      "a telephone rang",
      "it was taken away (AQ)",
      "no stick for the backup",
      "Ben Rook",
      "*** A B O R T E D ***",
    ])
      expect(transcript).toContain(said);
    expect(terminal.raw()).not.toContain("seven ravens");
  });

  test("killed while custodians approve, it goes on; killed after, the key isn't made again", {
    timeout: 60_000,
  }, async () => {
    await using made = await original.copy();
    {
      await using terminal = run(made);
      await enter(terminal);
      await answer(terminal, "Done? Initials of", "AQ");
      await answer(terminal, "Enter to begin", "");
      await present(terminal, 0, "shares/alice.share", made.passphrase("alice"));
      await terminal.waitFor("1 of 2 (alice)"); // and the process is killed here
    }
    {
      await using terminal = made.place.terminal("ceremony", "run", "--resume", ...VAULT);
      await answer(terminal, "Enter to begin", "");
      await present(terminal, 0, "shares/alice.share", made.passphrase("alice"));
      await present(terminal, 0, "shares/bob.share", made.passphrase("bob"));
      await answer(terminal, "Type yes to execute", "yes");
      await terminal.waitFor(/Check value +[0-9a-f]{10}/);
    }
    const log = await logOf(made);
    const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
    const until = lines.findIndex((line) => line.includes('"executed"'));
    await writeFile(log, `${lines.slice(0, until).join("\n")}\n{"previous":"torn`); // as if the log were behind
    const seen = await made.place.run("ceremony", "run", "--resume", ...unattended(made));
    expect(seen.status, seen.stderr).toBe(0);
    await using vault = await made.open();
    expect(await vault.reader.count("keys")).toBe(1);
    expect((await eventsOf(made)).filter(({ event }) => event === "executed")).toHaveLength(2);
  });

  test("an altered log is noticed (14)", async () => {
    await using made = await original.copy();
    const flags = [...INPUTS, ...VAULT, "--yes", "--plan-out", "p", "--plain-session"];
    await made.place.run("ceremony", "run", "key.yaml", ...flags);
    const log = await logOf(made);
    await writeFile(log, (await readFile(log, "utf8")).replace('"value":"payments"', '"value":"pavments"'));
    const seen = await made.place.run("ceremony", "run", "--resume", ...unattended(made));
    expect(seen.status).toBe(14);
    expect(seen.stderr).toContain("does not follow the line before: the log was altered");
    await appendFile(log, "x");
  });
});
