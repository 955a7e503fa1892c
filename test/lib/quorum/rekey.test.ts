import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alteredEntry, type Loose } from "../../support/altered-entry.ts";
import { create, createKeyring, rotateKeyring, together } from "../../support/key-acts.ts";
import { newKey } from "../../support/manifests.ts";
import {
  cancel,
  enrolled,
  generationsOf,
  holders,
  inForceOf,
  peopleOf,
  prove,
  rekey,
  type ShareSet,
} from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault, type Planner } from "../../support/vault.ts";

const SMALL_ORDER = "00".repeat(32);

/** 2 of alice, bob and carol, with keys and KEKs of several versions, in two keyrings. */
let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(createKeyring("cards"));
  await made.perform(together(create("payments"), create("cards/pins")));
  await made.perform(rotateKeyring("cards"));
});
afterAll(() => made[Symbol.asyncDispose]());

const both = (vault: MadeVault, generation = 1) => peopleOf(vault, holders(["alice", "bob"], generation));

/** A copy in which alice and bob approved a rekey that nobody proved yet. */
async function pending(set: ShareSet = {}, from: MadeVault = made): Promise<MadeVault> {
  const copy = await from.copy();
  await copy.performWith(peopleOf(copy, holders(["alice", "bob", "carol"])), rekey(copy, set));
  return copy;
}

describe("two generations, one in force", () => {
  test("the one before is in force until the last of the new custodians proved, and never again after", async () => {
    await using copy = await pending({ threshold: 3, custodians: ["alice", "bob", "dave", "erin"] });
    expect(await generationsOf(copy)).toEqual(["root-1 active", "root-2 pending"]);
    await prove(copy, "root", ["alice", "bob", "dave"]);
    expect(await generationsOf(copy)).toEqual(["root-1 active", "root-2 pending"]);
    await copy.createKey("meanwhile", ["alice", "carol"]);
    await prove(copy);
    expect(await generationsOf(copy)).toEqual(["root-2 active"]);

    const old = holders(["alice", "bob", "carol"]);
    expect(await refusalOf(copy.performWith(peopleOf(copy, old), create("late")))).toMatchObject({
      code: "QUORUM_NOT_MET",
    });
    await copy.performWith(peopleOf(copy, holders(["dave", "alice", "erin"], 2)), create("new"));
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("each KEK is wrapped under both while one is pending, then under the new one alone; no old ciphertext stays", async () => {
    await using copy = await pending();
    const keks = async () => {
      await using vault = await copy.open();
      const rows = await Array.fromAsync(vault.reader.rows("keks"));
      const blobs = await Promise.all(rows.map(({ blob }) => vault.reader.find("blobs", { hash: blob })));
      return {
        rows: rows.map(({ generation }) => generation).sort((a, b) => a - b),
        there: !blobs.includes(undefined),
      };
    };
    const orphans = async () => {
      await using vault = await copy.open();
      const [blobs, versions, wraps] = await Promise.all(
        (["blobs", "keyVersions", "keks"] as const).map(async (table) => vault.reader.count(table)),
      );
      return (blobs ?? 0) - (versions ?? 0) - (wraps ?? 0);
    };
    expect(await keks()).toEqual({ rows: [1, 1, 1, 2, 2, 2], there: true });
    expect(await orphans()).toBe(0);
    await prove(copy);
    expect(await keks()).toEqual({ rows: [2, 2, 2], there: true });
    expect(await orphans()).toBe(0);
  });

  test("what the old generation sealed opens under the new one", async () => {
    await using copy = await pending();
    await prove(copy);
    await copy.performWith(both(copy, 2), rotateKeyring());
    await copy.performWith(both(copy, 2), create("cards/more"));
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("a custodian key goes over with who stays, and only with who stays", async () => {
    await using copy = await pending({ custodians: ["alice", "bob", "dave"] });
    const before = await inForceOf(copy);
    await prove(copy);
    const after = await inForceOf(copy);
    const keys = (seats: typeof after.seats) => seats.map(({ custodianKey }) => custodianKey);
    expect(keys(after.seats).slice(0, 2)).toEqual(keys(before.seats).slice(0, 2));
    expect(keys(before.seats)).not.toContain(after.seats[2]?.custodianKey);
    expect(after.manifest.previous).toBe(before.manifestHash);
    const shareKeys = [...before.seats, ...after.seats].map(({ shareKey }) => shareKey);
    expect(new Set(shareKeys).size).toBe(6);
    expect(after.manifest.commitment).not.toBe(before.manifest.commitment);
    expect(after.manifest.backupRecipient).not.toBe(before.manifest.backupRecipient);
  });

  test("whose key goes over must come, though the threshold is met without", async () => {
    await using copy = await made.copy();
    const carol = peopleOf(copy, holders(["alice", "bob", "carol"]));
    await copy.performWith(carol, rekey(copy));
    expect(carol.progress.map(([quorum]) => quorum?.needed)).toEqual([
      ["alice", "bob", "carol"],
      ["bob", "carol"],
      ["carol"],
      [],
    ]);
    await using without = await made.copy();
    expect(await refusalOf(without.performWith(both(without), rekey(without)))).toEqual({
      code: "REFUSED",
      message: "carol's custodian key lies in carol's share, which was not opened here",
    });
    expect(await generationsOf(without)).toEqual(["root-1 active"]);
  });
});

describe("cannot be", () => {
  const changed = (planner: Planner, change: (parameters: Loose) => void): Planner => {
    return async (vault) => {
      const [planned] = structuredClone(await planner(vault));
      if (planned === undefined) throw new TypeError("nothing planned");
      change(planned.parameters);
      return [planned];
    };
  };

  test.for([
    {
      why: "threshold 1",
      change: (p) => Object.assign(p, { threshold: 1 }),
      code: "USAGE",
      message: /threshold/,
    },
    {
      why: "more needed than there are",
      change: (p) => Object.assign(p, { threshold: 4 }),
      code: "USAGE",
      message: "threshold 4 of 3 custodians",
    },
    {
      why: "one person twice",
      change: (p) => Object.assign(p.custodians[1], { name: "Alice", carried: newKey() }),
      code: "USAGE",
      message: "custodian Alice is named twice: two seats for one person are no dual control",
    },
    {
      why: "one key twice",
      change: (p) => Object.assign(p.custodians[1], { carried: p.custodians[0].carried }),
      code: "USAGE",
      message: "two enrolments with the same key: two seats for one person are no dual control",
    },
    {
      why: "two shares in one file",
      change: (p) => Object.assign(p.custodians[1], { shareFile: p.custodians[0].shareFile }),
      code: "USAGE",
      message: /two shares in one file$/,
    },
    {
      why: "a number that is taken",
      change: (p) => Object.assign(p, { generation: 3 }),
      code: "REFUSED",
      message: "the next generation of quorum root is 2, not 3",
    },
    {
      why: "of another quorum's id",
      change: (p) => Object.assign(p.quorum, { id: "00000000-0000-4000-8000-000000000000" }),
      code: "INTEGRITY",
      message: /is missing$/,
    },
    {
      why: "before was another threshold",
      change: (p) => Object.assign(p.before, { threshold: 3 }),
      code: "REFUSED",
      message: "quorum root is another by now than the plan says",
    },
    {
      why: "before were others",
      change: (p) => p.before.custodians.pop(),
      code: "REFUSED",
      message: "quorum root is another by now than the plan says",
    },
    {
      why: "before was another generation",
      change: (p) => Object.assign(p.before, { generation: 2 }),
      code: "REFUSED",
      message: "quorum root is another by now than the plan says",
    },
    {
      why: "who stays leaves the key behind",
      change: (p) => delete p.custodians[0].carried,
      code: "REFUSED",
      message: "alice has a custodian key already: it must go over, or alice enrols anew",
    },
    {
      why: "who stays brings another key",
      change: (p) => Object.assign(p.custodians[0], { carried: newKey() }),
      code: "REFUSED",
      message: "alice has a custodian key already: it must go over, or alice enrols anew",
    },
    {
      why: "who comes brings a key from nowhere",
      change: (p) => Object.assign(p.custodians[0], { name: "dave" }),
      code: "REFUSED",
      message: "dave has no custodian key in a share of generation 1",
    },
  ] as { why: string; change: (parameters: Loose) => void; code: string; message: string | RegExp }[])(
    "$why",
    async ({ change, code, message }) => {
      await using copy = await made.copy();
      const set = { custodians: ["alice", "bob"] };
      const planned = changed(rekey(copy, code === "USAGE" ? {} : set), change);
      const refusal = await refusalOf(copy.performWith(both(copy), planned));
      expect(refusal).toEqual({ code, message: expect.stringMatching(message) });
      expect(await generationsOf(copy)).toEqual(["root-1 active"]);
    },
  );

  test("while one is pending", async () => {
    await using copy = await pending({ custodians: ["alice", "bob"] });
    await prove(copy, "root", ["alice"]);
    expect(await refusalOf(copy.performWith(both(copy), rekey(copy)))).toEqual({
      code: "REFUSED",
      message: "generation 2 of quorum root is pending: no proof yet of bob",
    });
  });

  test("over a share file that is there", async () => {
    await using copy = await made.copy();
    await copy.place.write("root-2/bob.share", "not one of ours");
    expect(await refusalOf(copy.performWith(both(copy), rekey(copy)))).toMatchObject({
      code: "EXISTS",
      message: expect.stringMatching(/root-2\/bob\.share exists already$/),
    });
    expect(await generationsOf(copy)).toEqual(["root-1 active"]);
  });

  test("a number is used once, though its generation was cancelled", async () => {
    await using own = await foundVault({ custodians: ["alice", "bob"] });
    await own.performWith(both(own), rekey(own));
    await cancel(own);
    await own.performWith(both(own), rekey(own));
    expect(await generationsOf(own)).toEqual(["root-1 active", "root-3 pending"]);
  });
});

describe("replay refuses another effect than was approved", () => {
  let rekeyed: MadeVault;
  beforeAll(async () => {
    const copy = await made.copy();
    await enrolled(copy, "dave");
    await copy.performWith(both(copy), rekey(copy, { custodians: ["alice", "bob", "dave=dave.enrolment"] }));
    rekeyed = copy;
  });
  afterAll(() => rekeyed[Symbol.asyncDispose]());

  test("nothing changed: accepted", async () => {
    expect(await alteredEntry(rekeyed, "quorum.rekey", () => {})).toBe("accepted");
  });

  const seat = (i: number, change: object) => (data: Loose) => Object.assign(data.manifest.custodians[i], change);
  const manifest = (change: object) => (data: Loose) => Object.assign(data.manifest, change);
  const elsewhere = "00000000-0000-4000-8000-000000000000";
  test.for([
    ["its manifest has another vault than was asked for", manifest({ vault: elsewhere })],
    ["its manifest has another quorum than was asked for", manifest({ quorum: elsewhere })],
    ["its manifest has another name than was asked for", manifest({ name: "Root" })],
    ["its manifest has another generation than was asked for", manifest({ generation: 3 })],
    ["its manifest has another threshold than was asked for", manifest({ threshold: 3 })],
    ["its manifest has another rehearsal than was asked for", manifest({ rehearsal: false })],
    ["its manifest has another previous than was asked for", manifest({ previous: "0".repeat(64) })],
    ["its manifest has another previous than was asked for", manifest({ previous: null })],
    ["its manifest has another number of custodians", ({ manifest: { custodians } }) => custodians.pop()],
    ["its manifest has a seat of mallory, wanted alice", seat(0, { name: "mallory" })],
    [
      "its manifest has a seat of bob, wanted alice",
      ({ manifest: { custodians } }) => custodians.push(custodians.shift()),
    ],
    ["its manifest has another custodian key of alice", seat(0, { custodianKey: newKey() })],
    ["its manifest has another custodian key of dave", seat(2, { custodianKey: newKey() })],
    ["its manifest has a key of alice that was made elsewhere", seat(0, { key: "own" })],
    ["its manifest has a key of dave that was made elsewhere", seat(2, { key: "host" })],
    ["its manifest has another enrolment of dave", seat(2, { enrolment: "checked" })],
    ["its manifest has other recipients of dave", seat(2, { recipients: ["age1mallory"] })],
    ["its manifest has other recipients of alice", seat(0, { recipients: ["age1mallory"] })],
    ["a key of bob is of small order or not canonical", seat(1, { shareKey: SMALL_ORDER })],
    [
      "two seats with the same x coordinate",
      ({ manifest: { custodians } }) => Object.assign(custodians[1], { x: custodians[0].x }),
    ],
    [
      "two seats with the same key",
      ({ manifest: { custodians } }) => Object.assign(custodians[1], { shareKey: custodians[0].shareKey }),
    ],
    ["not each KEK of the quorum's keyrings under the new generation", ({ keks }) => keks.pop()],
    ["not each KEK of the quorum's keyrings under the new generation", (data) => Object.assign(data, { keks: [] })],
    ["not each KEK of the quorum's keyrings under the new generation", ({ keks }) => keks.push(keks[0])],
    ["not each KEK of the quorum's keyrings under the new generation", ({ keks }) => keks.push(keks.shift())],
    ["not each KEK of the quorum's keyrings under the new generation", ({ keks }) => Object.assign(keks[0], { 1: 7 })],
    [
      "its share files are not those that were asked for",
      ({ files }) => Object.assign(files[0], { custodian: "mallory" }),
    ],
    [
      "its share files are not those that were asked for",
      ({ files }) => Object.assign(files[0], { path: "/etc/passwd" }),
    ],
    ["its share files are not those that were asked for", ({ files }) => files.pop()],
    ["its share files are not those that were asked for", ({ files }) => files.push(files[0])],
  ] as [string, (data: Loose) => void][])("%s", async ([problem, change]) => {
    const refused = await alteredEntry(rekeyed, "quorum.rekey", change);
    expect(refused).toMatch(/^INTEGRITY: entry \d+ \(quorum\.rekey\): /);
    expect(refused).toContain(problem);
  });

  test("a KEK's ciphertext that is not there, or of another place", async () => {
    expect(
      await alteredEntry(rekeyed, "quorum.rekey", ({ keks }) => Object.assign(keks[0], { 2: "0".repeat(64) })),
    ).toMatch(/^INTEGRITY: /);
    expect(
      await alteredEntry(rekeyed, "quorum.rekey", ({ keks }) => Object.assign(keks[0], { 2: keks[1][2] })),
    ).toMatch(/^INTEGRITY: /);
  });
});
