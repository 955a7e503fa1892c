import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDocument } from "../../src/lib/share/document.ts";
import { encodeRecord } from "../../src/lib/share/record.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import type { Seen } from "../support/seen.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

/** A year of a vault and its people, by the command line alone. */
let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  for (const name of ["dave", "erin", "frank", "grace", "heidi", "ivan", "judy"]) {
    await made.place.write(`${name}.passphrase`, `${made.passphrase(name)}\n`);
  }
});
afterAll(() => made[Symbol.asyncDispose]());

const VAULT = ["--vault", "vault"];

async function run(status: number, ...args: string[]): Promise<Seen> {
  const seen = await made.place.run(...args);
  expect(seen.status, seen.toString()).toBe(status);
  return seen;
}

const seats = (...names: string[]) => names.flatMap((name) => ["--custodian", name]);
const fresh = (...names: string[]) => names.flatMap((name) => ["--new-passphrase-file", `${name}=${name}.passphrase`]);

/** Flags by which these approve with shares of a folder. */
function presenting(folder: string, ...names: string[]): string[] {
  return names.flatMap((name) => [
    ...["--share", `${folder}/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`],
    ...(name === "grace" ? ["--identity", `grace=${identity}`] : []),
  ]);
}

/** Where grace's identity of the day is. */
let identity = "";

async function enrolGrace(machine: string): Promise<string> {
  const out = ["--identity-out", `${machine}.identity`, "--out", `${machine}.enrolment`, "--rehearsal", "--x25519"];
  const seen = await run(
    0,
    "custodian",
    "enroll",
    "grace",
    ...out,
    ...["--passphrase-file", "grace=grace.passphrase"],
    "--json",
  );
  return String(Object(seen.json()).words);
}

/** Grace proves the share of a folder from her desk, by files. */
async function graceProves(folder: string): Promise<Seen> {
  await run(0, "custodian", "request", ...VAULT, "--out", `${folder}.request`);
  const out = ["--out", `${folder}.proof`, "--yes"];
  await run(0, "custodian", "prove", `${folder}.request`, ...presenting(folder, "grace"), ...out);
  return run(0, "custodian", "confirm", `${folder}.proof`, ...VAULT);
}

const yes = [...VAULT, "--yes"];

test("January: a keyring with a quorum of its own, which the root quorum can't open", async () => {
  const root = [...yes, ...presenting("shares", "alice", "bob")];
  const set = [...seats("dave", "erin"), "--threshold", "2", "--shares-dir", "cards", ...fresh("dave", "erin")];
  await run(0, "quorum", "create", "payments", ...set, ...root);
  const payments = [...yes, ...presenting("cards", "dave", "erin")];
  await run(0, "keyring", "create", "cards", "--quorum", "payments", ...payments);
  await run(0, "key", "create", "pin", "--keyring", "cards", "--algorithm", "aes-256", ...payments);
  await run(0, "key", "create", "web", "--algorithm", "aes-256", ...root);
  const refused = await run(11, "key", "create", "pin-2", "--keyring", "cards", "--algorithm", "aes-256", ...root);
  expect(refused.stderr).toContain("a share of another quorum; wanted: payments");
});

test("February: an act across two quorums needs both", async () => {
  const act = ["key", "rotate", "cards/pin", "default/web", ...yes];
  const one = await run(11, ...act, ...presenting("shares", "alice", "bob"));
  expect(one.stderr).toContain("quorum payments not met: 0 of 2 shares presented");
  await run(0, ...act, ...presenting("shares", "alice", "bob"), ...presenting("cards", "dave", "erin"));
});

test("March: carol leaves, frank comes; her share and the old ones are refused by name", async () => {
  const set = [...seats("alice", "bob", "frank"), "--shares-dir", "root-2", ...fresh("alice", "bob", "frank")];
  await run(
    0,
    "quorum",
    "rekey",
    "root",
    ...set,
    ...yes,
    ...presenting("shares", "alice", "bob"),
    "--reason",
    "carol left",
  );
  for (const name of ["carol", "alice"]) {
    const refused = await run(11, "key", "rotate", "default/web", ...yes, ...presenting("shares", name));
    expect(refused.stderr).toContain("share set generation 1, quorum root needs generation 2");
  }
  const shown = await run(0, "status", ...VAULT);
  expect(shown.stdout).toMatch(/KEK to rotate +default:/);
});

test("May: the threshold is raised to 3 of 5; grace, who has an own desk, lets the others wait", async () => {
  const words = await enrolGrace("laptop");
  identity = "laptop.identity";
  const set = [
    ...["--threshold", "3", "--shares-dir", "root-3", ...fresh("alice", "bob", "frank", "heidi")],
    ...[...seats("alice", "bob", "frank", "heidi", "grace=laptop.enrolment"), "--fingerprint", `grace=${words}`],
  ];
  const approvers = [...yes, ...presenting("root-2", "alice", "bob", "frank")];
  const seen = await run(10, "quorum", "rekey", "root", ...set, ...approvers);
  expect(seen.stdout).toContain("generation 3: 3 of 5, PENDING");
  await run(0, "key", "rotate", "default/web", ...yes, ...presenting("root-2", "bob", "frank"));
  await run(13, "keyring", "rotate", "default", ...yes, ...presenting("root-2", "bob", "frank"));
  const proved = await graceProves("root-3");
  expect(proved.stdout).toContain("grace");
  await run(11, "key", "rotate", "default/web", ...yes, ...presenting("root-2", "bob", "frank"));
  await run(11, "key", "rotate", "default/web", ...yes, ...presenting("root-3", "bob", "frank"));
  await run(0, "key", "rotate", "default/web", ...yes, ...presenting("root-3", "bob", "frank", "grace"));
});

test("July: grace has a new laptop, and the old one still: a handover, no new shares", async () => {
  const words = await enrolGrace("tablet");
  const release = ["tablet.enrolment", ...presenting("root-3", "grace"), "--out", "grace.handover", "--yes"];
  await run(0, "custodian", "release", ...release, "--fingerprint", words);
  await run(0, "custodian", "handover", "grace.handover", ...yes, ...presenting("root-3", "alice", "bob", "heidi"));
  const old = await run(11, "key", "rotate", "default/web", ...yes, ...presenting("root-3", "grace", "alice", "bob"));
  expect(old.stderr).toContain("the custodian key in it is not grace's");
  const protect = ["root-3/grace.share", "--identity", `grace=${identity}`, "--enrolment", "tablet.enrolment"];
  const keys = ["--passphrase-file", "grace=grace.passphrase", "--new-identity", "tablet.identity"];
  await run(0, "share", "protect", ...protect, ...keys, ...fresh("grace"));
  identity = "tablet.identity";
  await run(0, "key", "rotate", "default/web", ...yes, ...presenting("root-3", "grace", "alice", "bob"));
});

test("September: that one is lost, with identity and share: a rekey with a new enrolment", async () => {
  const words = await enrolGrace("desktop");
  const people = ["alice", "bob", "frank", "heidi"];
  const set = [
    ...["--shares-dir", "root-4", ...seats(...people, "grace=desktop.enrolment"), ...fresh(...people)],
    ...["--fingerprint", `grace=${words}`],
  ];
  await run(10, "quorum", "rekey", "root", ...set, ...yes, ...presenting("root-3", ...people));
  identity = "desktop.identity";
  await graceProves("root-4");
  await run(0, "key", "rotate", "default/web", ...yes, ...presenting("root-4", "grace", "alice", "bob"));
});

test("October: all identities are gone, three records are left: a recovery, named until it is accepted", async () => {
  for (const name of ["alice", "bob", "frank"]) {
    using text = await openWithPassphrase(
      await readFile(made.place.file(`root-4/${name}.share`)),
      made.passphrase(name),
    );
    using document = readDocument(text);
    using record = encodeRecord(document.record);
    await made.place.write(`paper/${name}.record`, record.reveal());
  }
  const records = [...yes, ...["alice", "bob", "frank"].flatMap((name) => ["--share", `paper/${name}.record`])];
  const refused = await run(11, "key", "rotate", "default/web", ...records);
  expect(refused.stderr).toContain("proves the share, but not that alice presents it");
  const set = ["--threshold", "2", "--shares-dir", "root-5", ...seats("ivan", "judy"), ...fresh("ivan", "judy")];
  await run(0, "quorum", "rekey", "root", ...set, ...records, "--reason", "the fire");

  const seen = await run(17, "audit", "verify", ...VAULT, "--json");
  const { recoveries } = Object(seen.json());
  expect(recoveries).toMatchObject([{ actions: ["quorum.rekey"], accepted: false }]);
  const shown = await run(17, "audit", "verify", ...VAULT);
  expect(shown.stdout).toContain(recoveries[0].hash);
  await run(3, "audit", "verify", ...VAULT, "--accept-recovery", "0".repeat(64));
  const accepted = await run(0, "audit", "verify", ...VAULT, "--accept-recovery", recoveries[0].hash);
  expect(accepted.stdout).toMatch(/^VERIFIED$/m);
});

test("December: new KEKs, everything under them, and the whole year verifies", async () => {
  const root = [...yes, ...presenting("root-5", "ivan", "judy")];
  expect((await run(0, "status", ...VAULT)).stdout).toMatch(/KEK to rotate +default:/);
  await run(0, "keyring", "rotate", "default", ...root);
  await run(0, "keyring", "rewrap", "default", ...root);
  const status = await run(0, "status", ...VAULT);
  expect(status.stdout).toMatch(/^To rewrap +none$/m);
  expect(status.stdout).not.toContain("KEK to rotate");
  await run(0, "keyring", "rotate", "cards", ...yes, ...presenting("cards", "dave", "erin"));

  const verified = await run(0, "audit", "verify", ...VAULT, "--full");
  expect(verified.stdout).toMatch(/^VERIFIED$/m);
  const { generations, custodians } = Object((await run(0, "quorum", "show", "root", ...VAULT, "--json")).json());
  expect(
    generations.map(({ state, threshold }: { state: string; threshold: number }) => `${threshold} ${state}`),
  ).toEqual(["2 replaced", "2 replaced", "3 replaced", "3 replaced", "2 active"]);
  expect(custodians.map(({ name }: { name: string }) => name)).toEqual(["ivan", "judy"]);
});
