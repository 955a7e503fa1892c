import { readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { bech32 } from "@scure/base";
import { afterAll, beforeAll, expect, test } from "vitest";
import { utf8 } from "../../src/lib/bytes.ts";
import { openIdentityFile } from "../../src/lib/custodian/identity.ts";
import { loadSession } from "../../src/lib/host/sessions.ts";
import { parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { openSession } from "../../src/lib/quorum/session.ts";
import { type Canary, canariesOf, leaksIn, leaksInFiles } from "../support/canaries.ts";
import { type Custodian, FourHomes, own } from "../support/four-homes.ts";
import { haveProc, watch } from "../support/proc.ts";

/** Where a passphrase belongs. */
const PASSPHRASES = /\/(?:pass|session\.pass|wrong)$/;
const SESSION_PASSPHRASE = "a lighthouse in the reeds at noon";

let homes: FourHomes;
/** Identities of the sessions of two plans, one kept sealed and one plain. */
const sessions: Canary[] = [];
let canaries: Canary[] = [];

/** What opens the shares in transit, while the plan is open. */
async function sessionOf(plan: string): Promise<Canary> {
  const { id, vault } = parsePlanFile(readFileSync(homes.host.file(plan))).plan;
  const identity = await openSession(loadSession(homes.vault.state, vault, id), async () => SESSION_PASSPHRASE);
  return { what: `session of ${plan}`, bytes: utf8(identity) };
}

/** A custodian's identity: the seed that signs, and the age identity that opens. */
async function identityOf(name: Custodian): Promise<Canary[]> {
  const sealed = readFileSync(homes.desks[name].file(`${name}.identity`));
  using identity = await openIdentityFile(sealed, homes.vault.passphrase(name));
  return [
    { what: `${name}'s signing seed`, bytes: identity.signingSeed.reveal().slice(0) },
    { what: `${name}'s age identity`, bytes: utf8(identity.ageIdentity ?? "") },
    { what: `the seed of ${name}'s age identity`, bytes: seedOf(identity.ageIdentity ?? "") },
  ];
}

/** The 32 bytes that an age identity spells. */
function seedOf(identity: string): Uint8Array {
  return bech32.decodeToBytes(identity.toLowerCase()).bytes;
}

function homesOfAll(): string[] {
  return [homes.host, ...Object.values(homes.desks)].map(({ path }) => path);
}

beforeAll(async () => {
  homes = await FourHomes.found();
  await homes.prove();
  const { host, desks } = homes;
  await host.write("session.pass", `${SESSION_PASSPHRASE}\n`);
  for (const place of [host, desks.carol]) await place.write("wrong", "battery staple of nobody\n");

  const create = (name: string) => ["key", "create", name, "--algorithm", "aes-256", "--vault", "V"];
  await homes.run(10, host, ...create("first"), "--plan-out", "P1", "--session-passphrase-file", "session.pass");
  await homes.run(10, host, ...create("second"), "--plan-out", "P2", "--plain-session", "--json");
  sessions.push(await sessionOf("P1"), await sessionOf("P2"));
}, 120_000);
afterAll(async () => homes[Symbol.asyncDispose]());

test("H5: a sealed session's identity is in no file, a plain one's in its own only", async () => {
  const [sealed, plain] = sessions.map((session) =>
    homesOfAll().flatMap((folder) => leaksInFiles(folder, [session], /^$/)),
  );
  expect(sealed).toEqual([]);
  expect(plain).toEqual([expect.stringMatching(/\/sessions\/[0-9a-f]{32}: session of P2 \(as it is\)$/)]);
});

test("H5: approvals, good and refused, executed and replayed", { timeout: 120_000 }, async () => {
  const { host, desks } = homes;
  const wrong = own("carol").map((word) => (word === "carol=pass" ? "carol=wrong" : word));
  for (const json of [[], ["--json"]]) {
    const plan = json.length === 0 ? "P1" : "P2";
    const session = plan === "P1" ? ["--session-passphrase-file", "session.pass"] : [];
    const execute = ["plan", "execute", plan, "--vault", "V", ...session, ...json];
    await homes.approve(plan, "alice", ...json);
    await homes.approve(plan, "bob", ...json);
    await homes.send(plan, host, desks.carol);
    await homes.run(11, desks.carol, "plan", "approve", plan, ...wrong, "--out", "none", ...json);
    await homes.run(10, host, ...execute, "--approval", `bob.${plan}`);
    await homes.run(12, host, ...execute, "--approval", `bob.${plan}`, "--approval", `bob.${plan}`);
    if (plan === "P1") {
      await homes.run(
        11,
        host,
        ...["plan", "execute", plan, "--vault", "V", "--approval", `bob.${plan}`],
        ...["--session-passphrase-file", "wrong"],
      );
    }
    await homes.run(0, host, ...execute, "--approval", `alice.${plan}`, "--approval", `bob.${plan}`);
    await homes.run(12, host, ...execute, "--approval", `alice.${plan}`, "--approval", `bob.${plan}`);
  }
  for (const json of [[], ["--json"]]) {
    await homes.run(0, host, "plan", "show", "P1", ...json);
    await homes.run(0, host, "plan", "list", "--vault", "V", ...json);
    await homes.run(3, host, "plan", "cancel", "0".repeat(32), "--vault", "V", ...json);
    await homes.run(0, host, "custodian", "list", "--vault", "V", ...json);
    await homes.run(0, host, "audit", "verify", "--vault", "V", ...json);
    await homes.run(2, desks.bob, "plan", "approve", "P1", "--share", "bob.share", "--out", "none", ...json);
    await homes.run(11, desks.carol, "custodian", "prove", "first.request", ...wrong, "--out", "none", ...json);
  }
});

test("H5: the sessions are gone, and nobody's secret is anywhere but in sealed files", async () => {
  canaries = [...(await canariesOf(homes.vault)), ...sessions];
  for (const name of ["alice", "bob", "carol"] as const) canaries.push(...(await identityOf(name)));
  canaries.push({ what: "session passphrase", bytes: utf8(SESSION_PASSPHRASE) });
  expect(canaries.length).toBeGreaterThanOrEqual(25);
  for (const { bytes } of canaries) expect(bytes.length).toBeGreaterThanOrEqual(20);
  for (const folder of homesOfAll()) expect(leaksInFiles(folder, canaries, PASSPHRASES)).toEqual([]);
  const kept = await readdir(homes.host.file("state/conclave"), { recursive: true });
  expect(kept.filter((path) => /sessions\//.test(path))).toEqual([]);
});

test("H5: nor in what was shown, with --json and DEBUG=* too", () => {
  expect(homes.seen.length).toBeGreaterThan(35);
  const leaks = homes.seen.flatMap((seen) => leaksIn(utf8(seen.stdout + seen.stderr), canaries));
  expect(leaks).toEqual([]);
});

test.skipIf(!haveProc)("H5: nor on a command line or in an environment while it runs (needs /proc)", async () => {
  const { bob } = homes.desks;
  writeFileSync(bob.file("P1"), readFileSync(homes.host.file("P1")));
  const running = bob.run("plan", "approve", "P1", ...own("bob"), "--out", "again");
  const [seen, watched] = await Promise.all([running, watch(bob.path, running)]);
  expect(seen.status, String(seen)).toBe(0);
  expect(watched.looks).toBeGreaterThan(0);
  expect(leaksIn(watched.seen, canaries)).toEqual([]);
});

test("the search finds what it looks for: a leak that is planted", () => {
  const [canary] = canaries;
  if (canary === undefined) throw new TypeError("no canary");
  writeFileSync(homes.host.file("planted"), Buffer.from(canary.bytes).toString("base64"));
  expect(leaksInFiles(homes.host.path, canaries, PASSPHRASES)).not.toEqual([]);
});
