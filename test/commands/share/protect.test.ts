import { readdir, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateIdentity } from "../../../src/lib/crypto/age-recipient.ts";
import { enrol } from "../../../src/lib/custodian/enroll.ts";
import { openIdentityFile } from "../../../src/lib/custodian/identity.ts";
import { openWithIdentities, sealToRecipients } from "../../../src/lib/share/recipients.ts";
import { openWithPassphrase, sealToPassphrase } from "../../../src/lib/share/sealed-file.ts";
import { expectOutcome } from "../../support/outcome.ts";
import { answer } from "../../support/room.ts";
import { shareText } from "../../support/share-text.ts";
import { MadeVault } from "../../support/vault.ts";
import { workspace } from "../../support/workspace.ts";

const TAG = "age1tag1q2jlvcq3vpkenh22uskls0ljsq7km5nvz5t52te4k0crm5swaasegznnclt";
const OLD = ["--passphrase-file", "bob=old.pass"];
const NEW = ["--new-passphrase-file", "bob=new.pass"];
const IDENTITY = ["--identity", "bob.identity", "--passphrase-file", "bob=identity.pass"];
const plain = await generateIdentity("x25519");

let desk: MadeVault;
beforeAll(async () => {
  const place = await workspace({
    "old.pass": "old\n",
    "new.pass": "new\n",
    "identity.pass": "correct horse\n",
    "weak.pass": "bob2026\n",
    "age.key": `${plain.identity}\n`,
    letter: "Dear Bob\n",
  });
  desk = new MadeVault(place, []);
  for (const [name, rehearsal] of [
    ["bob", true],
    ["carol", true],
    ["real", false],
  ] as const) {
    const files = { identityFile: place.file(`${name}.identity`), enrolmentFile: place.file(`${name}.enrolment`) };
    const request = {
      name: name === "carol" ? "carol" : "bob",
      age: "hybrid" as const,
      recipients: [],
      rehearsal,
      ...files,
    };
    const { enrolment } = await enrol(
      request,
      () => new Date(),
      async () => "correct horse",
    );
    if (name !== "bob") continue;
    using text = shareText();
    await place.write("bob-own.share", await sealToRecipients(text, enrolment.recipients));
  }
  using text = shareText({ custodianSeed: 5 });
  await place.write("bob.share", await sealToPassphrase(text, "old", 1));
  using production = shareText({ rehearsal: false });
  await place.write("bob-real.share", await sealToPassphrase(production, "old", 1));
});
afterAll(async () => desk[Symbol.asyncDispose]());

test.for([
  { outcome: "help", args: ["--help"], status: 0 },
  { outcome: "passphrase", args: ["bob.share", ...OLD, ...NEW], status: 0 },
  { outcome: "json", args: ["bob.share", ...OLD, ...NEW, "--json"], status: 0 },
  { outcome: "out", args: ["bob.share", ...OLD, ...NEW, "--out", "new.share"], status: 0 },
  {
    outcome: "enrolment",
    args: [
      "bob.share",
      ...OLD,
      "--enrolment",
      "bob.enrolment",
      "--new-identity",
      "bob.identity",
      "--new-passphrase-file",
      "bob=identity.pass",
    ],
    status: 0,
  },
  {
    outcome: "age-key",
    args: ["bob.share", ...OLD, "--recipient", plain.recipient, "--new-identity", "age.key"],
    status: 0,
  },
  { outcome: "hardware-out", args: ["bob.share", ...OLD, "--recipient", TAG, "--out", "new.share"], status: 0 },
  { outcome: "from-identity", args: ["bob=bob-own.share", ...IDENTITY, ...NEW], status: 0 },
  { outcome: "hardware-in-place", args: ["bob.share", ...OLD, "--recipient", TAG], status: 11 },
  { outcome: "wrong-passphrase", args: ["bob.share", "--passphrase-file", "bob=new.pass", ...NEW], status: 11 },
  { outcome: "weak", args: ["bob=bob-real.share", ...OLD, "--new-passphrase-file", "bob=weak.pass"], status: 11 },
  { outcome: "carols-enrolment", args: ["bob.share", ...OLD, "--enrolment", "carol.enrolment"], status: 11 },
  { outcome: "rehearsal-enrolment", args: ["bob=bob-real.share", ...OLD, "--enrolment", "bob.enrolment"], status: 11 },
  { outcome: "letter", args: ["bob=letter", ...OLD, ...NEW], status: 11 },
  { outcome: "letter-for-enrolment", args: ["bob.share", ...OLD, "--enrolment", "letter"], status: 2 },
  { outcome: "bad-recipient", args: ["bob.share", ...OLD, "--recipient", "bob@example.org"], status: 2 },
  { outcome: "two-minds", args: ["bob.share", ...OLD, "--recipient", TAG, "--enrolment", "bob.enrolment"], status: 2 },
  { outcome: "identity-for-nothing", args: ["bob.share", ...OLD, "--new-identity", "age.key"], status: 2 },
  { outcome: "no-passphrase", args: ["bob.share", ...NEW], status: 2 },
  { outcome: "no-new-passphrase", args: ["bob.share", ...OLD], status: 2 },
  { outcome: "no-identity", args: ["bob=bob-own.share", ...NEW], status: 2 },
  { outcome: "not-found", args: ["carol.share", ...OLD, ...NEW], status: 3 },
  { outcome: "out-exists", args: ["bob.share", ...OLD, ...NEW, "--out", "letter"], status: 4 },
])("$outcome: $status", async (outcome) => expectOutcome(desk, "share protect", "../golden", outcome));

test("whatever refuses it, every file stays as it was", async () => {
  await using copy = await desk.copy();
  const before = await readdir(copy.place.path);
  const share = await readFile(copy.place.file("bob.share"));
  for (const args of [["--recipient", TAG], ["--enrolment", "carol.enrolment"], [...NEW, "--out", "letter"], []]) {
    expect((await copy.place.run("share", "protect", "bob.share", ...OLD, ...args)).status).not.toBe(0);
  }
  expect(await readdir(copy.place.path)).toEqual(before);
  expect(await readFile(copy.place.file("bob.share"))).toEqual(share);
  expect(await readFile(copy.place.file("letter"), "utf8")).toBe("Dear Bob\n");
});

test("there and back again: identity, passphrase, identity; the share is the same", async () => {
  await using copy = await desk.copy();
  const protect = async (...args: string[]) => {
    const seen = await copy.place.run("share", "protect", "bob=bob-own.share", ...args);
    if (seen.status !== 0) throw new Error(String(seen));
    return Uint8Array.from(await readFile(copy.place.file("bob-own.share")));
  };
  using wanted = shareText();
  using first = await openWithPassphrase(await protect(...IDENTITY, ...NEW), "new");
  expect(first.reveal()).toEqual(wanted.reveal());

  const passphrases = ["--passphrase-file", "bob=new.pass", "--new-passphrase-file", "bob=identity.pass"];
  const sealed = await protect("--enrolment", "bob.enrolment", "--new-identity", "bob.identity", ...passphrases);
  using identity = await openIdentityFile(
    Uint8Array.from(await readFile(copy.place.file("bob.identity"))),
    "correct horse",
  );
  using second = await openWithIdentities(sealed, [identity.ageIdentity ?? ""]);
  expect(second.reveal()).toEqual(wanted.reveal());
});

describe("on a terminal", () => {
  test("asks for the old passphrase, then twice for the new one", async () => {
    await using copy = await desk.copy();
    await using terminal = copy.place.terminal("share", "protect", "bob.share");
    await answer(terminal, "bob's passphrase for bob.share", "old");
    await terminal.waitFor("bob, choose the passphrase of your share.");
    await answer(terminal, "bob: new passphrase", "mine");
    await answer(terminal, "bob: once more", "not mine");
    await terminal.waitFor("The two differ.");
    await answer(terminal, "bob: new passphrase", "mine");
    await answer(terminal, "bob: once more", "mine");
    await terminal.waitFor("It was opened again and holds the same share.");
    expect(await terminal.exit).toBe(0);
    using opened = await openWithPassphrase(Uint8Array.from(await readFile(copy.place.file("bob.share"))), "mine");
    expect(opened.length).toBeGreaterThan(0);
  });

  test("a mistyped old passphrase ends it; Ctrl-C at the new one changes nothing", async () => {
    await using copy = await desk.copy();
    const share = await readFile(copy.place.file("bob.share"));
    await using mistyped = copy.place.terminal("share", "protect", "bob.share");
    await answer(mistyped, "bob's passphrase for bob.share", "odl");
    await mistyped.waitFor("error: bob.share: the passphrase does not open it");
    expect(await mistyped.exit).toBe(11);

    await using left = copy.place.terminal("share", "protect", "bob.share");
    await answer(left, "bob's passphrase for bob.share", "old");
    await left.waitFor("bob: new passphrase");
    left.ctrl("c");
    expect(await left.exit).toBe(16);
    expect(await readFile(copy.place.file("bob.share"))).toEqual(share);
  });

  test("asks where the identity is, and for its passphrase", async () => {
    await using copy = await desk.copy();
    await using terminal = copy.place.terminal("share", "protect", "bob=bob-own.share", ...NEW);
    await answer(terminal, "bob: where is your identity file?", "bob.identity");
    await answer(terminal, "bob's identity passphrase", "correct horse");
    await terminal.waitFor("bob's share is sealed to a new passphrase");
    expect(await terminal.exit).toBe(0);
  });
});
