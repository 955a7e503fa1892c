import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestWords } from "../../../src/lib/crypto/words.ts";
import { parseEnrolmentFile } from "../../../src/lib/custodian/enrolment.ts";
import { openIdentityFile } from "../../../src/lib/custodian/identity.ts";
import { answer } from "../../support/room.ts";
import { haveStrace, traced } from "../../support/strace.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const TAG = "age1tag1q2jlvcq3vpkenh22uskls0ljsq7km5nvz5t52te4k0crm5swaasegznnclt";
const PASSPHRASE = "seven ravens over the north sea";
const OUT = ["--identity-out", "desk/bob.identity", "--out", "desk/bob.enrolment"];
const SEALED = [...OUT, "--rehearsal", "--passphrase-file", "bob=bob.pass"];

let place: Workspace;
beforeAll(async () => {
  place = await workspace({ "bob.pass": `${PASSPHRASE}\n`, "weak.pass": "bob2026\n", note: "" });
});
afterAll(async () => place[Symbol.asyncDispose]());

function bytesOf(at: Workspace, name: string): Uint8Array {
  return Uint8Array.from(readFileSync(at.file(name)));
}

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "success", args: ["bob", ...SEALED], status: 0 },
  { outcome: "json", args: ["bob", ...SEALED, "--json"], status: 0 },
  { outcome: "x25519", args: ["bob", ...SEALED, "--x25519", "--recipient", TAG], status: 0 },
  { outcome: "recipients-only", args: ["bob", ...SEALED, "--recipients-only", "--recipient", TAG, "-q"], status: 0 },
  { outcome: "mixture", args: ["bob", ...SEALED, "--recipient", TAG], status: 2 },
  { outcome: "no-recipients", args: ["bob", ...SEALED, "--recipients-only"], status: 2 },
  { outcome: "bad-recipient", args: ["bob", ...SEALED, "--recipient", "bob@example.org"], status: 2 },
  { outcome: "two-minds", args: ["bob", ...SEALED, "--recipients-only", "--x25519", "--recipient", TAG], status: 2 },
  { outcome: "witness", args: ["bob", ...SEALED, "--witness"], status: 0 },
  { outcome: "witness-json", args: ["bob", ...SEALED, "--witness", "--json"], status: 0 },
  { outcome: "witness-recipient", args: ["bob", ...SEALED, "--witness", "--recipient", TAG], status: 2 },
  { outcome: "no-name", args: SEALED, status: 2 },
  { outcome: "bad-name", args: ["../bob", ...SEALED], status: 2 },
  { outcome: "no-identity-out", args: ["bob", "--out", "desk/bob.enrolment"], status: 2 },
  { outcome: "no-passphrase", args: ["bob", ...OUT], status: 2 },
  { outcome: "one-file", args: ["bob", "--identity-out", "desk/bob", "--out", "desk/../desk/bob"], status: 2 },
  { outcome: "weak", args: ["bob", ...OUT, "--passphrase-file", "bob=weak.pass"], status: 11 },
  {
    outcome: "exists",
    args: ["bob", "--identity-out", "desk/bob.identity", "--out", "note", ...SEALED.slice(4)],
    status: 4,
  },
  {
    outcome: "no-folder",
    args: ["bob", "--identity-out", "desk/bob.identity", "--out", "no/b", ...SEALED.slice(4)],
    status: 3,
  },
])("$outcome: $status", async ({ outcome, args, status }) => {
  await mkdir(place.file("desk"), { recursive: true, mode: 0o700 });
  const seen = await place.run("custodian", "enroll", ...args);
  await expect(seen).toMatchFileSnapshot(`../golden/custodian-enroll-${outcome}.txt`);
  expect(seen.status).toBe(status);
  const made = await readdir(place.file("desk"));
  expect(made.toSorted()).toEqual(status === 0 && outcome !== "help" ? ["bob.enrolment", "bob.identity"] : []);
  await rm(place.file("desk"), { recursive: true });
});

test("the words that are shown are those of the file, and the identity is that of the enrolment", async () => {
  await using desk = await workspace({ "bob.pass": PASSPHRASE, "desk/note": "" });
  const seen = await desk.run("custodian", "enroll", "bob", ...SEALED);
  const { enrolment, digest } = parseEnrolmentFile(bytesOf(desk, "desk/bob.enrolment"));
  expect(seen.stdout).toContain(`--fingerprint 'bob=${digestWords(digest)}'`);
  expect(seen.stdout).toContain(enrolment.custodianKey);
});

test("H5: no secret of the identity is shown or lies in the open", async () => {
  await using desk = await workspace({ "bob.pass": PASSPHRASE, "desk/note": "" });
  const seen = await desk.run("custodian", "enroll", "bob", ...SEALED, "--json");
  const files = ["desk/bob.identity", "desk/bob.enrolment"]
    .map((name) => readFileSync(desk.file(name), "utf8"))
    .join("");
  expect(`${seen.stdout}${seen.stderr}${files}`).not.toMatch(/AGE-SECRET-KEY|signing-key|ravens/i);
});

describe("on a terminal", () => {
  test("asks for the files and twice for the passphrase, and again where the two differ", async () => {
    await using desk = await workspace();
    await using terminal = desk.terminal("custodian", "enroll", "bob", "--rehearsal");
    await answer(terminal, "Which new file is to hold the identity, which you keep?", "bob.identity");
    await answer(terminal, "Which new file is to hold the enrolment, for the ceremony?", "bob.enrolment");
    await terminal.waitFor("bob, choose the passphrase of your identity");
    await answer(terminal, "bob: new passphrase", "one");
    await answer(terminal, "bob: once more", "other");
    await terminal.waitFor("The two differ.");
    await answer(terminal, "bob: new passphrase", "really mine");
    await answer(terminal, "bob: once more", "really mine");
    await terminal.waitFor("Read the words to them by another way");
    expect(await terminal.exit).toBe(0);
    expect(terminal.raw()).not.toContain("really");
    using identity = await openIdentityFile(bytesOf(desk, "bob.identity"), "really mine");
    expect(identity.name).toBe("bob");
  });

  test("a weak passphrase is explained and asked for again; Ctrl-C then leaves nothing", async () => {
    await using desk = await workspace();
    await using terminal = desk.terminal("custodian", "enroll", "bob", "--identity-out", "i", "--out", "e");
    await answer(terminal, "bob: new passphrase", "bob2026");
    await answer(terminal, "bob: once more", "bob2026");
    await terminal.waitFor("error: bob's passphrase is weak: guessed offline in ");
    await terminal.waitFor("--unsafe-weak-passphrase if the identity file is guarded otherwise");
    await terminal.waitFor("bob: new passphrase");
    terminal.ctrl("c");
    expect(await terminal.exit).toBe(16);
    expect([existsSync(desk.file("i")), existsSync(desk.file("e"))]).toEqual([false, false]);
  });
});

test.skipIf(!haveStrace)(
  "H8: killed before any modifying call, whatever has its name is whole (needs strace)",
  { timeout: 120_000 },
  async () => {
    await using desk = await workspace({ "bob.pass": PASSPHRASE, "desk/note": "" });
    const command = ["custodian", "enroll", "bob", ...SEALED];
    const { calls } = await traced(desk, command);
    expect(calls.length).toBeGreaterThan(8);
    const found = new Set<string>();
    for (const call of calls) {
      await rm(desk.file("desk"), { recursive: true });
      await mkdir(desk.file("desk"), { mode: 0o700 });
      await traced(desk, command, { inject: [`${call.name}:signal=KILL:when=${call.ordinal}`] });
      const made = (await readdir(desk.file("desk"))).filter((name) => !name.startsWith(".")).toSorted();
      found.add(made.join(" "));
      if (made.includes("bob.identity"))
        (await openIdentityFile(bytesOf(desk, "desk/bob.identity"), PASSPHRASE))[Symbol.dispose]();
      if (made.includes("bob.enrolment")) parseEnrolmentFile(bytesOf(desk, "desk/bob.enrolment"));
    }
    expect([...found].toSorted()).toEqual(["", "bob.enrolment bob.identity", "bob.identity"]);
  },
);
