import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listBackups } from "../../../src/lib/backup/list.ts";
import { backupStatus } from "../../../src/lib/backup/status.ts";
import { publicKeyOf } from "../../../src/lib/crypto/signature.ts";
import { digestWords } from "../../../src/lib/crypto/words.ts";
import { loadAnchor } from "../../../src/lib/host/anchor.ts";
import { loadHostKey } from "../../../src/lib/host/host-key.ts";
import { planDigest } from "../../../src/lib/quorum/plan.ts";
import { parsePlanFile } from "../../../src/lib/quorum/plan-file.ts";
import { backUpFile, emptyHost, executeSentRestore, prepare, restore, sendRestore } from "../../support/backups.ts";
import { projectionsOf } from "../../support/canonical-state.ts";
import { Desk, executeSent, sendKeyPlan } from "../../support/desk.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let made: MadeVault;
let backup = "";

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("signing", ["bob", "carol"], "ed25519");
  backup = await backUpFile(made);
});

afterAll(() => made[Symbol.asyncDispose]());

const wordsOf = (bytes: Uint8Array) => digestWords(planDigest(parsePlanFile(bytes).plan));

async function identityOf(host: MadeVault) {
  await using vault = await host.open();
  return vault.identity;
}

async function keysOf(host: MadeVault) {
  await using vault = await host.open();
  const { keys, keyVersions, keyTags } = await projectionsOf(vault.reader);
  return { keys, keyVersions, keyTags };
}

test("on an empty host: the same keys, another host key, a new epoch, one entry more", async () => {
  await using host = await emptyHost(made);
  const restored = await restore(host, backup);
  const [before, after] = [await identityOf(made), await identityOf(host)];
  expect(after).toMatchObject({ id: before.id, genesis: before.genesis, name: before.name });
  expect(after.epoch).not.toBe(before.epoch);
  expect(after.hostKey).not.toBe(before.hostKey);
  expect(publicKeyOf(loadHostKey(host.path))).toBe(after.hostKey);
  expect(restored).toMatchObject({
    epoch: after.epoch,
    hostKey: after.hostKey,
    proved: { keks: 1, materials: 2, unopened: 0 },
  });
  expect(await keysOf(host)).toEqual(await keysOf(made));
  expect((await host.verify()).result).toBe("VERIFIED");
  expect(readdirSync(host.path).sort()).toEqual(["host.key", "vault.db"]);
  expect(statSync(host.path).mode & 0o777).toBe(0o700);
  expect(readdirSync(host.place.path)).not.toContain(".vault.restoring");

  await host.createKey("made-here", ["alice", "carol"]);
  expect((await host.verify()).entries).toBe(restored.entry + 2);
  await using vault = await host.open();
  expect(await backupStatus(vault)).toMatchObject({ unprovedSinceRestore: ["alice", "bob", "carol"] });
  const [listed] = await listBackups(vault, made.place.file("backups"));
  expect(listed).toMatchObject({ state: "OK", proved: expect.any(String) });
});

describe("by plan and approvals", () => {
  test("custodians approve at their desks by words; the old host is never obeyed again", async () => {
    await using host = await emptyHost(made);
    const bytes = await sendRestore(host, backup);
    const desks = ["alice", "bob"].map((name) => new Desk(host, name));
    const old = await sendKeyPlan(made, { name: "before" });
    for (const desk of desks) {
      await desk.approve(old.bytes); // by the pin in the share: now it knows the old host
      const before = loadAnchor(desk.state, old.file.plan.vault);
      expect(await refusalOf(desk.approve(bytes))).toMatchObject({
        code: "PLAN_INVALID",
        message: expect.stringContaining("does not know its host"),
      });
      expect(await refusalOf(desk.approve(bytes, { words: wordsOf(old.bytes) }))).toMatchObject({
        code: "PLAN_INVALID",
      });
      await desk.approve(bytes, { words: wordsOf(bytes) });
      expect(loadAnchor(desk.state, old.file.plan.vault)).toEqual(before); // a restore plan moves nothing
    }
    const approvals = await Promise.all(desks.map((desk) => desk.approve(bytes, { words: wordsOf(bytes) })));
    expect(await refusalOf(executeSentRestore(host, backup, bytes, approvals.slice(0, 1)))).toMatchObject({
      code: "WAITING_FOR_PEOPLE",
    });
    await executeSentRestore(host, backup, bytes, approvals);
    expect((await host.verify()).result).toBe("VERIFIED");

    const first = await sendKeyPlan(host, { name: "after" });
    const [alice] = desks;
    expect(await refusalOf(alice?.approve(first.bytes) ?? Promise.resolve())).toMatchObject({ code: "PLAN_INVALID" });
    await alice?.approve(first.bytes, { words: wordsOf(first.bytes) });
    const late = await sendKeyPlan(made, { name: "late" });
    expect(
      await refusalOf(alice?.approve(late.bytes, { words: wordsOf(late.bytes) }) ?? Promise.resolve()),
    ).toMatchObject({
      code: "PLAN_INVALID",
      message: "plan: from a host that was replaced",
    });
  });

  test("I6: approvals that were used before the restore, or for another clone, are worth nothing", async () => {
    await using copy = await made.copy();
    const path = await backUpFile(copy);
    const sent = await sendKeyPlan(copy, { name: "twice" });
    const approvals = await Promise.all(["alice", "bob"].map((name) => new Desk(copy, name).approve(sent.bytes)));
    await executeSent(copy, sent.file, approvals);
    await using one = await emptyHost(copy);
    await using two = await emptyHost(copy);
    await restore(one, path);
    await restore(two, path);
    for (const host of [one, two])
      expect(await refusalOf(executeSent(host, sent.file, approvals))).toMatchObject({
        code: "PLAN_INVALID",
        message: expect.stringContaining("of another epoch"),
      });
    const plan = await sendKeyPlan(one, { name: "clone" });
    const words = wordsOf(plan.bytes);
    const given = await Promise.all(["alice", "bob"].map((name) => new Desk(one, name).approve(plan.bytes, { words })));
    expect(await refusalOf(executeSent(two, plan.file, given))).toMatchObject({ code: "PLAN_INVALID" });
    await executeSent(one, plan.file, given);
  });

  test("a plan is for one file, one host, one time", async () => {
    await using host = await emptyHost(made);
    await using second = await emptyHost(made);
    const bytes = await sendRestore(host, backup);
    const approvals = await Promise.all(
      ["alice", "bob"].map((name) => new Desk(host, name).approve(bytes, { words: wordsOf(bytes) })),
    );
    const another = await backUpFile(made);
    expect(await refusalOf(() => executeSentRestore(host, another, bytes, approvals))).toMatchObject({
      code: "PLAN_INVALID",
      message: expect.stringContaining("is for another backup"),
    });
    expect(await refusalOf(() => executeSentRestore(second, backup, bytes, approvals))).toMatchObject({
      code: "PLAN_INVALID",
      message: expect.stringContaining("its host key is not on this host"),
    });
    await executeSentRestore(host, backup, bytes, approvals);
    expect(await refusalOf(() => executeSentRestore(host, backup, bytes, approvals))).toMatchObject({ code: "EXISTS" });
    const brief = await sendRestore(second, backup, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await refusalOf(() => executeSentRestore(second, backup, brief, []))).toMatchObject({
      code: "PLAN_INVALID",
      message: expect.stringContaining("expired"),
    });
  });
});

describe("refused, and nothing is left", () => {
  test.for([
    {
      what: "a folder with something in it",
      lay: (path: string) => (mkdirSync(path, { mode: 0o700 }), writeFileSync(`${path}/x`, "")),
      code: "EXISTS",
    },
    { what: "a file", lay: (path: string) => writeFileSync(path, ""), code: "EXISTS" },
    { what: "a link", lay: (path: string) => symlinkSync("/tmp", path), code: "EXISTS" },
    {
      what: "a folder that others may read",
      lay: (path: string) => (mkdirSync(path), chmodSync(path, 0o755)),
      code: "HOST_PREFLIGHT",
    },
  ])("$what", async ({ lay, code }) => {
    await using host = await emptyHost(made);
    lay(host.path);
    const before = readdirSync(host.place.path);
    expect(await refusalOf(() => restore(host, backup))).toMatchObject({ code });
    expect(readdirSync(host.place.path)).toEqual(before);
  });

  test("an empty folder is taken", async () => {
    await using host = await emptyHost(made);
    mkdirSync(host.path, { mode: 0o700 });
    await restore(host, backup);
    expect((await host.verify()).result).toBe("VERIFIED");
  });

  test("too few shares, a wrong confirmation", async () => {
    await using host = await emptyHost(made);
    expect(await refusalOf(() => restore(host, backup, { people: host.interaction("alice") }))).toMatchObject({
      code: "QUORUM_NOT_MET",
    });
    const people = host.interaction("alice", "bob");
    people.agreeing = false;
    expect(await refusalOf(() => restore(host, backup, { people }))).toMatchObject({ code: "ABORTED" });
    expect(readdirSync(host.place.path).sort()).toEqual([
      "alice.passphrase",
      "bob.passphrase",
      "carol.passphrase",
      "data",
      "home",
      "shares",
      "state",
    ]);
  });

  test("I6: older than what this machine remembers, unless the plan says so", async () => {
    await using copy = await made.copy();
    const older = await backUpFile(copy);
    await copy.createKey("later", ["alice", "bob"]);
    await using host = await copy.copy();
    const { rmSync } = await import("node:fs");
    rmSync(host.path, { recursive: true });
    expect(await refusalOf(() => restore(host, older))).toMatchObject({
      code: "INTEGRITY",
      message: expect.stringContaining("older than what this machine remembers"),
    });
    const prepared = prepare(host, older, { olderThanAnchor: true });
    expect(prepared.view.actions[0]?.map(({ label }) => label)).toContain("Older");
    await restore(host, older, { olderThanAnchor: true });
    const { id, epoch } = await identityOf(host);
    const anchor = loadAnchor(host.state, id);
    expect(anchor).toMatchObject({ epoch, role: "host" });
    expect(anchor?.replaced).toEqual([
      { hostKey: (await identityOf(copy)).hostKey, epoch: (await identityOf(copy)).epoch },
    ]);
    expect((await host.verify()).result).toBe("VERIFIED");
  });
});

test("the last known checkpoint of the lost host tells what no backup had", async () => {
  await using copy = await made.copy();
  const path = await backUpFile(copy);
  const atBackup = await checkpointOf(copy);
  await copy.createKey("lost", ["alice", "bob"]);
  const last = await checkpointOf(copy);
  await using host = await emptyHost(copy);
  await restore(host, path);
  expect((await host.verify({ checkpoint: last })).lost).toEqual({ entries: 3, after: expect.any(Number) });
  expect((await host.verify({ checkpoint: atBackup })).lost).toMatchObject({ entries: 1 });
  await host.createKey("here", ["alice", "bob"]);
  expect((await host.verify({ checkpoint: await checkpointOf(host) })).lost).toBeNull();
  expect(await refusalOf(() => host.verify({ checkpoint: last.replace("\n", "x\n") }))).toMatchObject({
    code: "INTEGRITY",
  });
});

async function checkpointOf(host: MadeVault): Promise<string> {
  await using vault = await host.open();
  return (await vault.reader.find("checkpoint", { id: 1 }))?.note ?? "";
}

test("a restore of a restore: each epoch has its host", async () => {
  await using one = await emptyHost(made);
  await restore(one, backup);
  await one.createKey("second", ["alice", "bob"]);
  const again = await backUpFile(one);
  await using two = await emptyHost(one);
  await restore(two, again);
  await using vault = await two.open();
  const restores = await Array.fromAsync(vault.reader.rows("restores"));
  expect(restores.map(({ hostKey }) => hostKey)).toEqual([
    (await identityOf(made)).hostKey,
    (await identityOf(one)).hostKey,
  ]);
  expect((await two.verify()).result).toBe("VERIFIED");
  expect(readFileSync(`${two.path}/host.key`, "utf8")).not.toBe(readFileSync(`${one.path}/host.key`, "utf8"));
});
