import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EntryData } from "../../../src/lib/audit/chain.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { randomHex, randomUuid } from "../../../src/lib/crypto/random.ts";
import { describeKeyring } from "../../../src/lib/key/keyring.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import type { Plan } from "../../../src/lib/quorum/plan.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import type { Row } from "../../../src/lib/storage/tables.ts";
import { Forger } from "../../support/forgery.ts";
import { create, createKeyring, move, rewrapKeyring, rotate, rotateKeyring, together } from "../../support/key-acts.ts";
import { openMaterials } from "../../support/materials.ts";
import { refusalOf } from "../../support/refusal.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** KEK versions that wrap something, and the newest; of the keyring `default`. */
async function keksOf(made: MadeVault): Promise<{ newest: number; keks: number[]; under: number[] }> {
  await using vault = await made.open();
  const keyring = await vault.reader.find("keyrings", { name: "default" });
  const keks = await Array.fromAsync(vault.reader.rows("keks", { where: { keyring: keyring?.id ?? "" } }));
  const versions = await Array.fromAsync(vault.reader.rows("keyVersions"));
  const under = new Set(versions.flatMap(({ blob, kekVersion }) => (blob === null ? [] : [kekVersion])));
  return {
    newest: keyring?.kekVersion ?? 0,
    keks: keks.map(({ version }) => version),
    under: [...under].toSorted((a, b) => a - b),
  };
}

test("more material than one entry holds moves in one act, and each still opens to what it was", {
  timeout: 90_000,
}, async () => {
  await using made = await foundVault();
  const names = Array.from({ length: 150 }, (_, i) => `k${i}`);
  await made.perform(together(...names.map((name) => create(name))));
  // Seven versions of each: an entry is full in the middle of a key.
  for (let version = 1; version < 7; version++) await made.perform(together(...names.map(rotate)));
  await made.perform(rotateKeyring());
  const before = await openMaterials(made);
  expect(before.size).toBe(1050);
  expect(new Set(before.values()).size).toBe(1050);

  const { entries, effects } = await made.perform(rewrapKeyring());
  expect(entries).toHaveLength(3);
  const portions = effects.map(({ data }) => data["moved"] as number);
  expect(Math.max(...portions)).toBeLessThanOrEqual(1000);
  expect(portions.reduce((sum, count) => sum + count, 0)).toBe(1050);
  expect(effects.map(({ data }) => data["last"])).toEqual([false, true]);

  expect(await keksOf(made)).toEqual({ newest: 2, keks: [2], under: [2] });
  expect(await openMaterials(made)).toEqual(before);
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
});

describe("rotation of a KEK, and what follows it", () => {
  test("new keys and versions are wrapped under the new one, the others stay until they are moved", async () => {
    await using made = await foundVault();
    await made.perform(together(create("a"), create("b")));
    await made.perform(rotateKeyring());
    await made.perform(together(create("c"), rotate("a")));
    expect(await keksOf(made)).toEqual({ newest: 2, keks: [1, 2], under: [1, 2] });
    const before = await openMaterials(made);

    const { effects } = await made.perform(rewrapKeyring());
    expect(effects[0]?.data["moved"]).toBe(2);
    expect(await keksOf(made)).toEqual({ newest: 2, keks: [2], under: [2] });
    expect(await openMaterials(made)).toEqual(before);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("rotated several times: everything moves to the newest", async () => {
    await using made = await foundVault();
    for (const name of ["a", "b", "c"]) {
      await made.perform(create(name));
      await made.perform(rotateKeyring());
    }
    expect(await keksOf(made)).toEqual({ newest: 4, keks: [1, 2, 3, 4], under: [1, 2, 3] });
    const before = await openMaterials(made);
    await made.perform(rewrapKeyring());
    expect(await keksOf(made)).toEqual({ newest: 4, keks: [4], under: [4] });
    expect(await openMaterials(made)).toEqual(before);
  });

  test("destroyed material isn't there to be moved", async () => {
    await using made = await foundVault();
    await made.perform(together(create("a"), create("b")));
    await made.perform(rotateKeyring());
    await made.perform(move("destroy", "a"));
    const { effects } = await made.perform(rewrapKeyring());
    expect(effects[0]?.data["moved"]).toBe(1);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("an empty keyring is rotated and rewrapped too", async () => {
    await using made = await foundVault();
    await made.perform(rotateKeyring());
    const { effects } = await made.perform(rewrapKeyring());
    expect(effects.map(({ data }) => [data["moved"], data["last"]])).toEqual([[0, true]]);
    expect(await keksOf(made)).toMatchObject({ newest: 2, keks: [2] });
  });

  test("other keyrings stay as they are", async () => {
    await using made = await foundVault();
    await made.perform(createKeyring("cards"));
    await made.perform(together(create("a"), create("cards/a")));
    await made.perform(together(rotateKeyring("default"), rotateKeyring("cards")));
    const before = await openMaterials(made);
    await made.perform(rewrapKeyring("default"));
    await using vault = await made.open();
    expect(await describeKeyring(vault.reader, "default")).toMatchObject({ kekVersion: 2, olderKeks: 0, keys: 1 });
    expect(await describeKeyring(vault.reader, "cards")).toMatchObject({ kekVersion: 2, olderKeks: 1, keys: 1 });
    expect(await openMaterials(made)).toEqual(before);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });
});

describe("what is refused, nothing changed", () => {
  test("nothing to move", async () => {
    await using made = await foundVault();
    await made.perform(create("a"));
    const before = await stateOf(made);
    const refusal = {
      code: "REFUSED",
      message: "keyring default: everything is under KEK version 1 already",
    };
    expect(await refusalOf(made.perform(rewrapKeyring()))).toEqual(refusal);
    expect(await stateOf(made)).toEqual(before);
    expect(await refusalsOf(made)).toEqual([refusal]);
  });

  test.for([
    {
      what: "keyring.rewrap, when the KEK was rotated meanwhile",
      planner: rewrapKeyring(),
      message: "keyring default is at KEK version 3 by now, not 2",
    },
    {
      what: "keyring.rotate, when the KEK was rotated meanwhile",
      planner: rotateKeyring(),
      message: "keyring default is at KEK version 3 by now, not 2",
    },
  ])("$what", async ({ planner, message }) => {
    await using made = await foundVault();
    await made.perform(create("a"));
    await made.perform(rotateKeyring());
    await using vault = await made.open();
    const prepared = await preparePlan(vault, ACTIONS, { actions: await planner(vault), reason: "" });
    await made.perform(rotateKeyring());
    const before = await stateOf(made);
    const late = executePlan(vault, prepared, made.interaction("bob", "carol"));
    expect(await refusalOf(late)).toEqual({ code: "REFUSED", message });
    expect(await stateOf(made)).toEqual(before);
  });

  test("a key made after the plan is moved all the same", async () => {
    await using made = await foundVault();
    await made.perform(rotateKeyring());
    await using vault = await made.open();
    const prepared = await preparePlan(vault, ACTIONS, { actions: await rewrapKeyring()(vault), reason: "" });
    await made.perform(create("a"));
    await executePlan(vault, prepared, made.interaction("bob", "carol"));
    expect(await keksOf(made)).toEqual({ newest: 2, keks: [2], under: [2] });
  });
});

describe("S19: an approved rewrap, with effects that it doesn't imply", () => {
  let original: MadeVault;
  let made: MadeVault;
  let forger: Forger;
  let plan: Plan;
  let keyring: string;
  /** Every version with material, but for the first all under KEK version 1. */
  let versions: Row<"keyVersions">[];

  beforeAll(async () => {
    original = await foundVault();
    await original.perform(createKeyring("cards"));
    await original.perform(together(create("a"), create("b"), create("dead"), create("cards/c")));
    await original.perform(move("destroy", "dead"));
    await original.perform(rotateKeyring());
  });
  afterAll(() => original[Symbol.asyncDispose]());

  beforeEach(async () => {
    made = await original.copy();
    forger = new Forger(made);
    await using vault = await made.open();
    plan = (await preparePlan(vault, ACTIONS, { actions: await rewrapKeyring()(vault), reason: "" })).plan;
    keyring = (await vault.reader.find("keyrings", { name: "default" }))?.id ?? "";
    const keys = await Array.fromAsync(vault.reader.rows("keys", { where: { keyring } }));
    const all = await Array.fromAsync(vault.reader.rows("keyVersions"));
    versions = all.filter(({ key, blob }) => blob !== null && keys.some(({ id }) => id === key));
  });
  afterEach(() => made[Symbol.asyncDispose]());

  function effect(rows: readonly Pick<Row<"keyVersions">, "key" | "version">[], last: boolean, changes: object = {}) {
    const materials = rows.map(({ key, version }) => [key, version, randomHex(32)]);
    return { type: "keyring.rewrap", data: { plan: plan.id, action: 0, keyring, materials, last, ...changes } };
  }

  async function refused(effects: readonly EntryData[], message: RegExp): Promise<void> {
    const approvals = [await forger.approval(plan, "alice"), await forger.approval(plan, "bob")];
    await forger.append([{ type: "plan.execute", data: { plan, approvals } }, ...effects]);
    await expect(made.verify()).rejects.toMatchObject({
      code: "INTEGRITY",
      message: expect.stringMatching(message),
    });
  }

  test("a part only, as of an act that was cut off", async () => {
    await refused([effect(versions.slice(0, 1), false)], /ends before the keyring\.rewrap that its last plan demands$/);
  });

  test("nothing at all", async () => {
    await refused([], /ends before the keyring\.rewrap that its last plan demands$/);
  });

  test("a part, called the last: the old KEK would be gone, and a key lost", async () => {
    await refused(
      [effect(versions.slice(0, 1), true)],
      /keyring\.rewrap\): key .* version 1 is left under KEK version 1$/,
    );
  });

  test("a part, another entry, the rest", async () => {
    const [first, second] = [effect(versions.slice(0, 1), false), effect(versions.slice(1), true)];
    const between = {
      type: "plan.refuse",
      data: { plan: "x", digest: randomHex(32), actions: [], code: "REFUSED", message: "" },
    };
    await refused([first, between, second], /plan\.refuse\): stands where the plan's keyring\.rewrap must be$/);
  });

  test("more after the last", async () => {
    await refused(
      [effect(versions, true), effect([], true)],
      /keyring\.rewrap\): an effect that no approved plan asked for$/,
    );
  });

  test("a version twice", async () => {
    await refused(
      [effect([...versions, ...versions.slice(0, 1)], true)],
      /keyring\.rewrap\): key .* version 1 is not one to rewrap$/,
    );
  });

  test.for([
    { what: "a destroyed one", of: (row: Row<"keyVersions">) => row.blob === null },
    { what: "one of another keyring", of: (row: Row<"keyVersions">) => !versions.some(({ key }) => key === row.key) },
  ])("$what", async ({ of }) => {
    await using vault = await made.open();
    const all = await Array.fromAsync(vault.reader.rows("keyVersions"));
    const wrong = all.filter((row) => of(row) && !versions.includes(row)).slice(-1);
    expect(wrong).toHaveLength(1);
    await refused([effect([...versions, ...wrong], true)], /version 1 is not one to rewrap$/);
  });

  test.for([
    { what: "a version that is not", row: () => ({ key: versions[0]?.key ?? "", version: 2 }) },
    { what: "a key that is not", row: () => ({ key: randomUuid(), version: 1 }) },
  ])("$what", async ({ row }) => {
    await refused([effect([row(), ...versions], true)], /is not one to rewrap$/);
  });

  test("of another keyring than the plan's", async () => {
    await refused(
      [effect(versions, true, { keyring: randomUuid() })],
      /keyring\.rewrap\): not the plan's keyring and KEK$/,
    );
  });

  test("more in one entry than an entry may hold", async () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({ key: versions[0]?.key ?? "", version: i + 1 }));
    await refused([effect(many, true)], /keyring\.rewrap\): data\.materials: /);
  });
});
