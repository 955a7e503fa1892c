import { copyFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Seen } from "../support/seen.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

/** Four machines: the vault's host, and the desks of three custodians who never meet. */
const CUSTODIANS = ["alice", "bob", "carol"] as const;
type Custodian = (typeof CUSTODIANS)[number];

let host: Workspace;
let desks: Record<Custodian, Workspace>;
const words = new Map<string, string>();

beforeAll(async () => {
  host = await workspace();
  desks = { alice: await workspace(), bob: await workspace(), carol: await workspace() };
  for (const name of CUSTODIANS) await desks[name].write("pass", `${name} keeps this\n`);
});

afterAll(async () => {
  for (const place of [host, ...Object.values(desks)]) await place[Symbol.asyncDispose]();
});

/** Carry a file from one machine to another, under the same name. */
async function send(from: Workspace, file: string, ...to: Workspace[]): Promise<void> {
  for (const place of to) await copyFile(from.file(file), place.file(file));
}

async function succeed(place: Workspace, ...args: string[]): Promise<Seen> {
  const seen = await place.run(...args);
  expect(seen.status, seen.toString()).toBe(0);
  return seen;
}

function wordsIn(seen: Seen): string {
  return (seen.json() as { words: string }).words;
}

/** What a custodian adds to each command at the own desk. */
function desk(name: Custodian): string[] {
  return ["--share", `${name}.share`, "--identity", `${name}.identity`, "--passphrase-file", `${name}=pass`, "--yes"];
}

test("each custodian enrols at the own desk", async () => {
  for (const name of CUSTODIANS) {
    const seen = await succeed(
      desks[name],
      ...["custodian", "enroll", name, "--identity-out", `${name}.identity`, "--out", `${name}.enrolment`],
      ...["--rehearsal", "--passphrase-file", `${name}=pass`, "--json"],
    );
    words.set(name, wordsIn(seen));
    await send(desks[name], `${name}.enrolment`, host);
  }
});

test("genesis seals each share to its enrolment and waits for proofs", async () => {
  const wrong = await host.run(
    ...["init", "--vault", "V", "--rehearsal", "--threshold", "2", "--shares-dir", "S", "--yes"],
    ...CUSTODIANS.flatMap((name) => ["--custodian", `${name}=${name}.enrolment`]),
    ...["--fingerprint", `alice=${words.get("bob")}`],
  );
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain("its words are not those that alice read aloud");

  const seen = await host.run(
    ...["init", "--vault", "V", "--rehearsal", "--threshold", "2", "--shares-dir", "S", "--yes", "--json"],
    ...CUSTODIANS.flatMap((name) => ["--custodian", `${name}=${name}.enrolment`]),
    ...CUSTODIANS.flatMap((name) => ["--fingerprint", `${name}=${words.get(name)}`]),
  );
  expect(seen.status, seen.toString()).toBe(10);
  expect(seen.json()).toMatchObject({ shares: CUSTODIANS.map((custodian) => ({ custodian, proved: false })) });
  for (const name of CUSTODIANS) await copyFile(host.file(`S/${name}.share`), desks[name].file(`${name}.share`));

  const early = await host.run("key", "create", "early", "--vault", "V", "--algorithm", "aes-256", "--dry-run");
  expect(early.status).toBe(13);
  expect(early.stderr).toContain("pending: no proof yet of alice, bob, carol");
});

test("proofs by files put the vault in force; a machine without an anchor goes by the pin in its share", async () => {
  await succeed(host, "custodian", "request", "--vault", "V", "--out", "first.request");
  await send(host, "first.request", ...Object.values(desks));
  for (const name of CUSTODIANS) {
    await succeed(desks[name], "custodian", "prove", "first.request", ...desk(name), "--out", `${name}.proof`);
    await send(desks[name], `${name}.proof`, host);
  }
  const foreign = await host.run("custodian", "confirm", "first.request", "--vault", "V");
  expect(foreign.status).toBe(12);
  const seen = await succeed(
    host,
    "custodian",
    "confirm",
    "--vault",
    "V",
    ...CUSTODIANS.map((name) => `${name}.proof`),
  );
  expect(seen.stdout).toContain("every custodian of it has proved");
});

test("a key is made with approvals of two; a third one's late approval and a replay are refused", async () => {
  const planned = await host.run(
    ...["key", "create", "signing", "--vault", "V", "--algorithm", "ed25519", "--reason", "release signing"],
    ...["--plan-out", "P", "--plain-session", "--json"],
  );
  expect(planned.status, planned.toString()).toBe(10);
  await send(host, "P", ...Object.values(desks));
  for (const name of CUSTODIANS) {
    await succeed(desks[name], "plan", "approve", "P", ...desk(name), "--out", `${name}.approval`);
    await send(desks[name], `${name}.approval`, host);
  }
  const few = await host.run("plan", "execute", "P", "--vault", "V", "--approval", "bob.approval");
  expect(few.status, few.toString()).toBe(10);
  const twice = await host.run(
    "plan",
    "execute",
    "P",
    "--vault",
    "V",
    "--approval",
    "bob.approval",
    "--approval",
    "bob.approval",
  );
  expect(twice.status, twice.toString()).toBe(12);
  expect(twice.stderr).toContain("a second one of the same custodian");

  const executed = await succeed(
    host,
    ...["plan", "execute", "P", "--vault", "V", "--approval", "bob.approval", "--approval", "carol.approval"],
  );
  expect(executed.stdout).toContain("key.create");
  const late = await host.run(
    "plan",
    "execute",
    "P",
    "--vault",
    "V",
    "--approval",
    "alice.approval",
    "--approval",
    "bob.approval",
  );
  expect(late.status, late.toString()).toBe(12);
  expect(late.stderr).toContain("the plan was executed at entry");
});

test("a drill by file", async () => {
  await succeed(host, "custodian", "request", "--vault", "V", "--out", "drill.request");
  await send(host, "drill.request", desks.alice);
  await succeed(desks.alice, "custodian", "prove", "drill.request", ...desk("alice"), "--out", "drill.proof");
  await send(desks.alice, "drill.proof", host);
  await succeed(host, "custodian", "confirm", "drill.proof", "--vault", "V");
  const list = await succeed(host, "custodian", "list", "--vault", "V", "--max-age", "90d", "--json");
  expect(list.json()).toMatchObject({ custodians: CUSTODIANS.map((name) => ({ name, key: "own", state: "active" })) });
});

test("audit verify: VERIFIED, all acts approved by keys never exposed to the host", async () => {
  const seen = await succeed(host, "audit", "verify", "--vault", "V");
  expect(seen.stdout).toContain("VERIFIED\n");
  expect(seen.stdout).toContain("all acts approved by keys never exposed to the host");
});
