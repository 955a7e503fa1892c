import { afterAll, beforeAll, expect, test } from "vitest";
import type { Seen } from "../support/seen.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

/** One key from its making to its destruction, and the KEK above it, by the command line alone. */
let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(() => made[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<Seen> {
  return made.place.run(...args, "--vault", "vault");
}

/** An act that two custodians approve. */
async function act(...args: string[]): Promise<Seen> {
  const seen = await run(...args, ...made.flags("alice", "bob"));
  expect(seen.status, seen.toString()).toBe(0);
  return seen;
}

/** How many acts were refused so far. */
let refusals = 0;

/** An act that the state of the key refuses, though two custodians approve it. */
async function refused(message: string, ...args: string[]): Promise<void> {
  const seen = await run(...args, ...made.flags("alice", "bob"));
  expect(seen.status, seen.toString()).toBe(13);
  expect(seen.stderr).toContain(`error: ${message}\n`);
  expect(seen.stdout).toBe("");
  refusals++;
}

/** States of its versions, and what each permits, as anybody can look them up. */
async function versions(name: string): Promise<string[]> {
  const shown = (await run("key", "show", name, "--json")).json() as {
    versions: { state: string; permits: string[] }[];
  };
  return shown.versions.map(({ state, permits }) => `${state}: ${permits.join(" ") || "nothing"}`);
}

const WHY = "--reason";

test("pre-active: made, and good for nothing yet", async () => {
  await act(
    "key",
    "create",
    "payments",
    "--algorithm",
    "aes-256",
    "--pre-active",
    "--cryptoperiod",
    "90d",
    WHY,
    "ordered",
  );
  expect(await versions("payments")).toEqual(["pre-active: nothing"]);
  const is = "key default/payments version 1 is pre-active";
  await refused(`${is}: resume starts from suspended`, "key", "resume", "payments");
  await refused(`${is}: deactivate starts from active or suspended`, "key", "deactivate", "payments");
  await refused(`${is}: rotate starts from active or deactivated or compromised`, "key", "rotate", "payments");
});

test("active: encrypts and decrypts", async () => {
  await act("key", "activate", "payments", WHY, "go live");
  expect(await versions("payments")).toEqual(["active: encrypt decrypt"]);
  const is = "key default/payments version 1 is active";
  await refused(`${is}: activate starts from pre-active`, "key", "activate", "payments");
  await refused(`${is}: resume starts from suspended`, "key", "resume", "payments");
});

test("rotated twice: the old versions only decrypt", async () => {
  await act("key", "rotate", "payments", WHY, "first rotation");
  await act("key", "rotate", "payments", WHY, "second rotation");
  expect(await versions("payments")).toEqual([
    "deactivated: decrypt",
    "deactivated: decrypt",
    "active: encrypt decrypt",
  ]);
  const old = "key default/payments version 1 is deactivated";
  await refused(`${old}: activate starts from pre-active`, "key", "activate", "payments", "--version", "1");
  await refused(
    `${old}: deactivate starts from active or suspended`,
    ...["key", "deactivate", "payments", "--version", "1"],
  );
});

test("suspended: nothing at all; resumed: each version as it was", async () => {
  const before = await versions("payments");
  await act("key", "suspend", "payments", WHY, "audit finding 12");
  expect(await versions("payments")).toEqual(Array(3).fill("suspended: nothing"));
  const is = "key default/payments version 3 is suspended";
  await refused(`${is}: activate starts from pre-active`, "key", "activate", "payments");
  await refused(
    `${is}: suspend starts from pre-active or active or deactivated`,
    ...["key", "suspend", "payments", WHY, "again"],
  );
  await refused(`${is}: rotate starts from active or deactivated or compromised`, "key", "rotate", "payments");
  await act("key", "resume", "payments", WHY, "finding settled");
  expect(await versions("payments")).toEqual(before);
});

test("compromised: no way back", async () => {
  await act("key", "compromise", "payments", WHY, "found in a log");
  expect(await versions("payments")).toEqual(Array(3).fill("compromised: nothing"));
  const is = "key default/payments version 3 is compromised";
  await refused(`${is}: activate starts from pre-active`, "key", "activate", "payments");
  await refused(`${is}: resume starts from suspended`, "key", "resume", "payments");
  await refused(`${is}: deactivate starts from active or suspended`, "key", "deactivate", "payments");
  const suspend = "suspend starts from pre-active or active or deactivated";
  await refused(`${is}: ${suspend}`, "key", "suspend", "payments", WHY, "too late");
});

test("destroyed: its material is gone, its record and its name stay", async () => {
  await act("key", "destroy", "payments", WHY, "replaced");
  const shown = await run("key", "show", "payments");
  expect(shown.stdout.match(/destroyed, compromised/g)).toHaveLength(3);
  const is = "key default/payments version 3 is destroyed";
  for (const [transition, from] of [
    ["activate", "pre-active"],
    ["resume", "suspended"],
    ["deactivate", "active or suspended"],
  ] as const) {
    await refused(`${is}: ${transition} starts from ${from}`, "key", transition, "payments");
  }
  const again = await run("key", "create", "payments", "--algorithm", "aes-256", ...made.flags("alice", "bob"));
  expect(again.status).toBe(4);
  refusals++;
  const all = "pre-active or active or suspended or deactivated or compromised";
  await refused(`${is}: destroy starts from ${all}`, "key", "destroy", "payments", WHY, "twice");
  await refused(`${is}: it is marked as compromised already`, "key", "compromise", "payments", WHY, "twice");
  await refused(`${is}: rotate starts from active or deactivated or compromised`, "key", "rotate", "payments");
  await refused(
    "key default/payments is destroyed: nothing of it changes any more",
    ...["key", "update", "payments", "--tag", "a=b"],
  );
});

test("the keyring's KEK rotated, and everything that is left moved to it", async () => {
  await act("key", "create", "successor", "--algorithm", "aes-256");
  await refused("keyring default: everything is under KEK version 1 already", "keyring", "rewrap", "default");
  await act("keyring", "rotate", "default", WHY, "yearly");
  expect((await run("status")).stdout).toMatch(/^To rewrap +default$/m);
  const rewrapped = await act("keyring", "rewrap", "default", WHY, "yearly", "--json");
  expect(rewrapped.json()).toMatchObject({ keyring: { kekVersion: 2, olderKeks: 0, keys: 2 } });
  expect((await run("status")).stdout).toMatch(/^Keys +1 active, 1 destroyed$/m);
});

test("key history tells the story, with what each act did to which versions, why, and who approved it", async () => {
  const { events } = (await run("key", "history", "payments", "--json")).json() as {
    events: { action: string; versions: number[]; reason: string; approvedBy: string[] }[];
  };
  expect(events.map(({ action, versions, reason }) => [action, versions.join(), reason])).toEqual([
    ["key.create", "1", "ordered"],
    ["key.activate", "1", "go live"],
    ["key.rotate", "2", "first rotation"],
    ["key.rotate", "3", "second rotation"],
    ["key.suspend", "1,2,3", "audit finding 12"],
    ["key.resume", "1,2,3", "finding settled"],
    ["key.compromise", "1,2,3", "found in a log"],
    ["key.destroy", "1,2,3", "replaced"],
  ]);
  expect(events.every(({ approvedBy }) => approvedBy.join() === "alice,bob")).toBe(true);
});

test("audit verify: VERIFIED, and each refusal stands in the chain", async () => {
  const verified = await run("audit", "verify", "--full");
  expect(verified.stdout).toMatch(/^VERIFIED\n/);
  expect(verified.stdout).toMatch(/^Approved acts +11;/m);
  const listed = await run("audit", "list", "--type", "plan.refuse", "--limit", "100", "--json");
  expect((listed.json() as { entries: unknown[] }).entries).toHaveLength(refusals);
});
