import { copyFileSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomHex } from "../../src/lib/crypto/random.ts";
import { KEY_STATES, type KeyState, nextState, TRANSITIONS } from "../../src/lib/key/state.ts";
import { PROJECTIONS } from "../../src/lib/storage/tables.ts";
import { DamagedVault } from "../support/damage.ts";
import { Forger } from "../support/forgery.ts";
import { create, move, rewrapKeyring, rotate, rotateKeyring, together, update } from "../support/key-acts.ts";
import { contentsOf, replaceTable } from "../support/raw-database.ts";
import { foundVault, type MadeVault, type Planner } from "../support/vault.ts";

const DATES = { activateAt: "2999-01-31", deactivateAt: "2999-12-31" };

/** A vault with a key in each state, named after it, and one with dates, tags and a name of before. */
let made: MadeVault;
/** The database before anything but the making of keys had been done. */
let young: string;

beforeAll(async () => {
  made = await foundVault();
  await made.perform(
    together(
      create("pre-active", { preActive: true }),
      ...KEY_STATES.slice(1).map((name) => create(name, { cryptoperiod: "90d" })),
      create("before", { ...DATES, tag: ["owner=cards"], exportable: true }),
    ),
  );
  young = made.place.file("young.db");
  copyFileSync(made.database, young);
  await made.perform(rotateKeyring());
  await made.perform(
    together(
      move("suspend", "suspended"),
      move("deactivate", "deactivated"),
      move("compromise", "compromised"),
      move("destroy", "destroyed"),
      update("before", { name: "dated", notExportable: true, usages: ["decrypt"], tag: ["owner=loans"] }),
    ),
  );
});
afterAll(() => made[Symbol.asyncDispose]());

/** `UPDATE` of what a key's current version and the key itself say alike. */
function both(name: string, changes: string): string {
  const id = `(SELECT id FROM keys WHERE name = '${name}')`;
  return `UPDATE keyVersions SET ${changes} WHERE key = ${id}; UPDATE keys SET ${changes} WHERE name = '${name}'`;
}

describe("T2, T12: a key's life changed by plain SQL, in all the places that belong together", () => {
  let copy: MadeVault;
  let vault: DamagedVault;
  beforeAll(async () => {
    copy = await made.copy();
    copy.surroundings.state = copy.place.file("elsewhere"); // a machine without memory of the vault, which would refuse more
    vault = new DamagedVault(copy);
  });
  afterAll(() => copy[Symbol.asyncDispose]());

  const live = KEY_STATES.filter((state) => state !== "active");
  test.for(live)("a key that is %s, made active again", async (state) => {
    const message = await vault.refusalOf(state, (database) =>
      database.exec(both(state, "state = 'active', activateAt = NULL, deactivateAt = NULL")),
    );
    expect(message).toMatch(/^keys \S+, column state: is "active", the audit chain says "/);
    expect(message).toContain(`says "${state}"`);
  });

  test("S20: a destroyed key made active with its ciphertext of before", async () => {
    const message = await vault.refusalOf("resurrected", (database) => {
      database.exec(`ATTACH '${young}' AS young`);
      database.exec(both("destroyed", "state = 'active'"));
      database.exec(`UPDATE keyVersions SET blob = (SELECT v.blob FROM young.keyVersions v WHERE v.key = keyVersions.key)
        WHERE blob IS NULL; INSERT INTO blobs SELECT * FROM young.blobs WHERE hash NOT IN (SELECT hash FROM main.blobs)`);
    });
    expect(message).toMatch(/^keys \S+, column state: is "active", the audit chain says "destroyed"$/);
  });

  test("S20: the ciphertext of a destroyed key alone put back", async () => {
    const message = await vault.refusalOf("the ciphertext", (database) => {
      database.exec(`ATTACH '${young}' AS young`);
      database.exec("INSERT INTO blobs SELECT * FROM young.blobs WHERE hash NOT IN (SELECT hash FROM main.blobs)");
    });
    expect(message).toMatch(/^blobs: blob \w{16} belongs to nothing$/);
  });

  test.for([
    {
      what: "a suspended key resumed to another state",
      sql: "UPDATE keyVersions SET stateBefore = 'deactivated' WHERE stateBefore = 'active'",
      named: "keyVersions .*, column stateBefore",
    },
    {
      what: "a compromise forgotten",
      sql: "UPDATE keyVersions SET compromised = 0",
      named: "keyVersions .*, column compromised",
    },
    {
      what: "a compromise made up",
      sql: "UPDATE keyVersions SET compromised = 1",
      named: "keyVersions .*, column compromised",
    },
    {
      what: "a key that may be used from now on",
      sql: both("dated", "activateAt = '2000-01-01T00:00:00.000Z'"),
      named: "keys .*, column activateAt",
    },
    {
      what: "a key that is never deactivated",
      sql: both("dated", "deactivateAt = NULL"),
      named: "keys .*, column deactivateAt",
    },
    {
      what: "only the version's end moved",
      sql: "UPDATE keyVersions SET deactivateAt = '3000-12-31T00:00:00.000Z' WHERE deactivateAt IS NOT NULL",
      named: "keyVersions .*, column deactivateAt",
    },
    {
      what: "a rotation put off",
      sql: "UPDATE keys SET rotateAt = '2999-01-01T00:00:00.000Z' WHERE rotateAt IS NOT NULL",
      named: "keys .*, column rotateAt",
    },
    {
      what: "a longer cryptoperiod",
      sql: "UPDATE keys SET cryptoperiodSeconds = 1e9 WHERE cryptoperiodSeconds IS NOT NULL",
      named: "keys .*, column cryptoperiodSeconds",
    },
    {
      what: "a usage won back",
      sql: `UPDATE keys SET usages = '["encrypt","decrypt"]'`,
      named: "keys .*, column usages",
    },
    {
      what: "exportable again",
      sql: "UPDATE keys SET exportable = 1 WHERE name = 'dated'",
      named: "keys .*, column exportable",
    },
    { what: "a tag changed back", sql: "UPDATE keyTags SET value = 'cards'", named: "keyTags .*/owner, column value" },
    { what: "a tag taken off", sql: "DELETE FROM keyTags", named: "keyTags .*/owner: the row is missing" },
    {
      what: "a tag put on",
      sql: "INSERT INTO keyTags SELECT id, 'approved', 'yes' FROM keys WHERE name = 'active'",
      named: "keyTags .*/approved: a row that the audit chain does not have",
    },
    {
      what: "a name set free",
      sql: "DELETE FROM keyNames WHERE name = 'before'",
      named: "keyNames .*/before: the row is missing",
    },
    {
      what: "a name given to another key",
      sql: "UPDATE keyNames SET key = (SELECT id FROM keys WHERE name = 'active') WHERE name = 'before'",
      named: "keyNames .*/before, column key",
    },
    {
      what: "an older KEK called the newest",
      sql: "UPDATE keyrings SET kekVersion = 1",
      named: "keyrings .*, column kekVersion",
    },
    {
      what: "the newest KEK gone",
      sql: "DELETE FROM blobs WHERE hash = (SELECT blob FROM keks WHERE version = 2); DELETE FROM keks WHERE version = 2",
      named: "keks .*: the row is missing",
    },
    {
      what: "a version said to be under the newest KEK",
      sql: "UPDATE keyVersions SET kekVersion = 2",
      named: "keyVersions .*, column kekVersion",
    },
    {
      what: "a version more",
      sql: "INSERT INTO keyVersions SELECT key, 2, state, stateBefore, compromised, activateAt, deactivateAt, kekVersion, NULL, checkValue, publicKey, fingerprint, created, changed FROM keyVersions WHERE state = 'active'",
      named: "keyVersions .*/2: a row that the audit chain does not have",
    },
    {
      what: "the time of a transition",
      sql: "UPDATE keyVersions SET changed = created",
      named: "keyVersions .*, column changed",
    },
  ])("$what", async ({ what, sql, named }) => {
    expect(await vault.refusalOf(what, (database) => database.exec(sql))).toMatch(new RegExp(`^${named}`));
  });

  test("by the command line: every act is refused (14), naming the row, and nothing is written", async () => {
    await using other = await made.copy();
    const damaged = new DamagedVault(other);
    await damaged.refusal("resumed", (path) => replaceTable(path, young, "keyVersions"));
    replaceTable(other.database, young, "keyVersions");
    const before = readFileSync(other.database);
    for (const args of [
      ["key", "suspend", "active", "--reason", "x"],
      ["key", "rotate", "active"],
      ["keyring", "rewrap", "default"],
    ]) {
      const seen = await other.place.run(...args, "--vault", other.path, ...other.flags("alice", "bob"));
      expect(seen.status).toBe(14);
      expect(seen.stderr).toMatch(/^error: keyVersions \S+, column \w+: is /m);
      expect(seen.stderr).not.toMatch(/^\s+at |\.ts:|\.js:/m);
    }
    expect(readFileSync(other.database).equals(before)).toBe(true);
  });
});

describe("T3: rows of before an act put back after it", () => {
  const acts: { what: string; planner: Planner; changes: string[] }[] = [
    { what: "key.rotate", planner: rotate("active"), changes: ["keys", "keyVersions"] },
    { what: "key.suspend", planner: move("suspend", "active"), changes: ["keys", "keyVersions"] },
    { what: "key.resume", planner: move("resume", "suspended"), changes: ["keys", "keyVersions"] },
    { what: "key.activate", planner: move("activate", "pre-active"), changes: ["keys", "keyVersions"] },
    { what: "key.compromise", planner: move("compromise", "destroyed"), changes: ["keyVersions"] },
    { what: "key.destroy", planner: move("destroy", "compromised"), changes: ["keys", "keyVersions"] },
    {
      what: "key.update",
      planner: update("dated", { name: "other", tag: ["a=b"], cryptoperiod: "1d" }),
      changes: ["keys", "keyNames", "keyTags"],
    },
    { what: "keyring.rotate", planner: rotateKeyring(), changes: ["keyrings", "keks"] },
    { what: "keyring.rewrap", planner: rewrapKeyring(), changes: ["keks", "keyVersions"] },
  ];

  test.for(acts)("$what", async ({ planner, changes }) => {
    await using copy = await made.copy();
    const before = copy.place.file("before.db");
    copyFileSync(copy.database, before);
    await copy.perform(planner);
    await rm(copy.state, { recursive: true }); // nobody remembers it
    const vault = new DamagedVault(copy);

    for (const table of PROJECTIONS) {
      const damage = (path: string) => replaceTable(path, before, table);
      const outcome = await vault.judge(table, damage);
      expect(outcome, table).toBe([...changes, "plans"].includes(table) ? "integrity error" : "same state");
    }
    const all = await vault.refusal("all of them, with the ciphertexts", (path) => {
      for (const table of [...PROJECTIONS, "blobs"]) replaceTable(path, before, table);
    });
    expect(all).toMatch(/^(?:keyrings|keks|keys|keyNames|keyTags|keyVersions) /);
    const none = await vault.refusal("and the entries, under the newer checkpoint", (path) => {
      for (const table of [...PROJECTIONS, "blobs", "entries"]) replaceTable(path, before, table);
    });
    expect(none).toMatch(/^audit chain: entries \d+ to \d+ are missing$/);
  });

  test("old ciphertexts and their KEK, after a rewrap", async () => {
    await using copy = await made.copy();
    const before = copy.place.file("before.db");
    copyFileSync(copy.database, before);
    await copy.perform(rewrapKeyring());
    await rm(copy.state, { recursive: true });
    const message = await new DamagedVault(copy).refusal("re-wrapped back", (path) => {
      for (const table of ["blobs", "keks", "keyVersions"]) replaceTable(path, before, table);
    });
    expect(message).toMatch(/^keks \S+: a row that the audit chain does not have$/);
  });
});

describe("S19: what custodians approved, though the key's state doesn't permit it, written by a host that cheats", () => {
  const cases = KEY_STATES.flatMap((state) =>
    TRANSITIONS.filter((transition) => nextState(state, transition) === undefined).map((transition) => ({
      state,
      transition,
    })),
  );

  test.for(cases)("$transition of a key that is $state", async ({ state, transition }) => {
    await using copy = await made.copy();
    const plan = move(transition, state);
    await forged(copy, plan, { key: idOf(copy, state) });
    await refused(copy, new RegExp(`\\(key\\.${transition}\\): key default/${state} version 1 is ${state}: `));
  });

  test.for(["pre-active", "suspended", "destroyed"] satisfies KeyState[])(
    "rotate of a key that is %s",
    async (state) => {
      await using copy = await made.copy();
      const material = {
        kekVersion: 2,
        blob: randomHex(32),
        checkValue: randomHex(5),
        publicKey: null,
        fingerprint: null,
      };
      await forged(copy, rotate(state), { key: idOf(copy, state), ...material });
      await refused(
        copy,
        new RegExp(`\\(key\\.rotate\\): key default/${state} version 1 is ${state}: rotate starts from`),
      );
    },
  );

  test("update of a destroyed key", async () => {
    await using copy = await made.copy();
    await forged(copy, update("destroyed", { tag: ["a=b"] }), { key: idOf(copy, "destroyed") });
    await refused(copy, /\(key\.update\): key default\/destroyed is destroyed: nothing of it changes any more$/);
  });

  test.for([
    {
      what: "a wider usage",
      changes: { usages: ["encrypt", "decrypt"] },
      message: /usages can only be narrowed; it never had encrypt$/,
    },
    {
      what: "exportable, which it isn't any more",
      changes: { exportable: false },
      message: /is not exportable already$/,
    },
    {
      what: "a name that a key had",
      changes: { name: "before" },
      message: /exists already, or did; a name is given once, for ever$/,
    },
  ])("update: $what", async ({ changes, message }) => {
    await using copy = await made.copy();
    const planner = changed(update("dated", { tag: ["a=b"] }), (parameters) => ({ ...parameters, changes }));
    await forged(copy, planner, { key: idOf(copy, "dated") });
    await refused(copy, message);
  });

  test.for([
    {
      what: "no reason",
      planner: move("suspend", "active"),
      changes: { reason: " " },
      message: /suspend needs a reason$/,
    },
    {
      what: "a version that is not",
      planner: move("destroy", "active"),
      changes: { versions: [1, 2] },
      message: /key default\/active has no version 2$/,
    },
    {
      what: "a version twice",
      planner: move("destroy", "active"),
      changes: { versions: [1, 1] },
      message: /versions must be in ascending order$/,
    },
    {
      what: "another name than the id's",
      planner: move("destroy", "active"),
      changes: { key: "renamed" },
      message: /no key default\/other with id /,
    },
  ])("$what", async ({ planner, changes, message }) => {
    await using copy = await made.copy();
    const plan = changed(planner, (parameters) => ({
      ...parameters,
      ...changes,
      ...(changes.key === "renamed" && { key: { ...Object(parameters["key"]), name: "other" } }),
    }));
    await forged(copy, plan, { key: idOf(copy, "active") });
    await refused(copy, message);
  });

  test.for(["key.suspend", "key.rotate", "key.update"])(
    "%s: an effect on another key than the plan's",
    async (action) => {
      await using copy = await made.copy();
      const planners: Record<string, Planner> = {
        "key.suspend": move("suspend", "active"),
        "key.rotate": rotate("active"),
        "key.update": update("active", { tag: ["a=b"] }),
      };
      const material = {
        kekVersion: 2,
        blob: randomHex(32),
        checkValue: randomHex(5),
        publicKey: null,
        fingerprint: null,
      };
      const data = action === "key.rotate" ? material : {};
      await forged(copy, planners[action] ?? rotate("active"), { key: idOf(copy, "deactivated"), ...data });
      await refused(copy, /of another key than the plan's$/);
    },
  );

  test("rotate: new material under an older KEK", async () => {
    await using copy = await made.copy();
    const material = {
      kekVersion: 1,
      blob: randomHex(32),
      checkValue: randomHex(5),
      publicKey: null,
      fingerprint: null,
    };
    await forged(copy, rotate("active"), { key: idOf(copy, "active"), ...material });
    await refused(copy, /\(key\.rotate\): not wrapped under the keyring's newest KEK$/);
  });

  test("keyring.rotate: the KEK of another keyring", async () => {
    await using copy = await made.copy();
    await forged(copy, rotateKeyring(), { keyring: idOf(copy, "active"), blob: randomHex(32) });
    await refused(copy, /\(keyring\.rotate\): of another keyring than the plan's$/);
  });

  test("destroy, with the ciphertext left where it was", async () => {
    await using copy = await made.copy();
    await forged(copy, move("destroy", "active"), { key: idOf(copy, "active") });
    await refused(copy, /^blobs: blob \w{16} belongs to nothing$/);
  });

  test("a transition without a plan", async () => {
    await using copy = await made.copy();
    const data = { plan: randomHex(16), action: 0, key: idOf(copy, "compromised") };
    await new Forger(copy).append([{ type: "key.destroy", data }]);
    await refused(copy, /\(key\.destroy\): an effect that no approved plan asked for$/);
  });
});

/** The planner, with its parameters changed. */
function changed(planner: Planner, change: (parameters: Record<string, unknown>) => Record<string, unknown>): Planner {
  return async (vault) =>
    (await planner(vault)).map(({ action, parameters }) => ({ action, parameters: change(parameters) }));
}

/** Write a plan that alice and bob approved, and one effect of it with these data. */
async function forged(copy: MadeVault, planner: Planner, data: object): Promise<void> {
  const forger = new Forger(copy);
  const plan = await forger.planOf(planner);
  const approvals = [await forger.approval(plan, "alice"), await forger.approval(plan, "bob")];
  const type = plan.actions[0]?.action ?? "";
  await forger.append([
    { type: "plan.execute", data: { plan, approvals } },
    { type, data: { plan: plan.id, action: 0, ...data } },
  ]);
}

/** Refused by an act on this machine, and by a machine without memory of the vault. */
async function refused(copy: MadeVault, message: RegExp): Promise<void> {
  const refusal = { code: "INTEGRITY", message: expect.stringMatching(message) };
  await expect(copy.perform(create("more"))).rejects.toMatchObject(refusal);
  await rm(copy.state, { recursive: true });
  await expect(copy.verify()).rejects.toMatchObject(refusal);
}

function idOf(copy: MadeVault, name: string): string {
  const keys = (contentsOf(copy.database)["keys"] ?? []) as { id: string; name: string }[];
  return keys.find((key) => key.name === name)?.id ?? "";
}
