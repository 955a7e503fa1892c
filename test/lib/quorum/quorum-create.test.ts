import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alteredEntry, type Loose } from "../../support/altered-entry.ts";
import { create, rotateKeyring } from "../../support/key-acts.ts";
import { newKey } from "../../support/manifests.ts";
import {
  cancel,
  createKeyringOf,
  createQuorum,
  enrolled,
  generationsOf,
  holders,
  inForceOf,
  peopleOf,
  prove,
} from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const PAYMENTS = { threshold: 2, custodians: ["dave", "erin", "frank"] };

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
});
afterAll(() => made[Symbol.asyncDispose]());

async function approved(set = PAYMENTS): Promise<MadeVault> {
  const copy = await made.copy();
  await copy.performWith(peopleOf(copy, holders(["alice", "bob"])), createQuorum(copy, "payments", set));
  return copy;
}

describe("a quorum of its own", () => {
  test("is in force once all of its custodians proved, and then guards its keyring alone", async () => {
    await using copy = await approved();
    expect(await generationsOf(copy)).toEqual(["payments-1 pending", "root-1 active"]);
    await prove(copy, "payments");
    expect(await generationsOf(copy)).toEqual(["payments-1 active", "root-1 active"]);

    const theirs = holders(["dave", "frank"], 1, "payments");
    await copy.performWith(peopleOf(copy, theirs), createKeyringOf("cards", "payments"));
    await copy.performWith(peopleOf(copy, theirs), create("cards/pins"));
    for (const planner of [create("cards/more"), rotateKeyring("cards")]) {
      const root = copy.interaction("alice", "bob", "carol");
      expect(await refusalOf(copy.performWith(root, planner))).toEqual({
        code: "QUORUM_NOT_MET",
        message: "quorum payments not met: 0 of 2 shares presented",
      });
      expect(root.refused.map(({ code }) => code)).toEqual(Array(3).fill("SHARE_OTHER_QUORUM"));
    }
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("nothing of it works while it is pending", async () => {
    await using copy = await approved();
    await prove(copy, "payments", ["dave", "erin"]);
    expect(await refusalOf(inForceOf(copy, "payments"))).toEqual({
      code: "REFUSED",
      message: "quorum payments is pending: no proof yet of frank",
    });
    const theirs = peopleOf(copy, holders(["dave", "erin"], 1, "payments"));
    expect(await refusalOf(copy.performWith(theirs, createKeyringOf("cards", "payments")))).toMatchObject({
      code: "REFUSED",
    });
  });

  test("one person may have seats in two quorums, with a key for each", async () => {
    await using copy = await approved({ threshold: 2, custodians: ["alice", "bob"] });
    await prove(copy, "payments");
    const [root, payments] = [await inForceOf(copy), await inForceOf(copy, "payments")];
    expect(payments.seats[0]?.name).toBe("alice");
    expect(payments.seats[0]?.custodianKey).not.toBe(root.seats[0]?.custodianKey);
  });

  test("its name is free again once it was cancelled, and taken while it is pending", async () => {
    await using own = await foundVault({ custodians: ["alice", "bob"] });
    const make = () =>
      own.performWith(peopleOf(own, holders(["alice", "bob"])), createQuorum(own, "payments", PAYMENTS));
    await make();
    expect(await refusalOf(make())).toEqual({ code: "EXISTS", message: "quorum payments exists already" });
    await cancel(own, "payments");
    expect(await generationsOf(own)).toEqual(["root-1 active"]);
    await make();
    expect(await generationsOf(own)).toEqual(["payments-1 pending", "root-1 active"]);
  });
});

describe("replay refuses another effect than was approved", () => {
  let before: MadeVault;
  beforeAll(async () => {
    const copy = await made.copy();
    await enrolled(copy, "dave");
    const planned = createQuorum(copy, "payments", { threshold: 2, custodians: ["dave=dave.enrolment", "erin"] });
    await copy.performWith(peopleOf(copy, holders(["alice", "bob"])), planned);
    before = copy;
  });
  afterAll(() => before[Symbol.asyncDispose]());

  test("nothing changed: accepted", async () => {
    expect(await alteredEntry(before, "quorum.create", () => {})).toBe("accepted");
  });

  const manifest = (change: object) => (data: Loose) => Object.assign(data.manifest, change);
  const seat = (i: number, change: object) => (data: Loose) => Object.assign(data.manifest.custodians[i], change);
  test.for([
    ["its manifest has another name than was asked for", manifest({ name: "cards" })],
    ["its manifest has another threshold than was asked for", manifest({ threshold: 3 })],
    ["its manifest has another generation than was asked for", manifest({ generation: 2 })],
    ["its manifest has another vault than was asked for", manifest({ vault: "00000000-0000-4000-8000-000000000000" })],
    ["its manifest has another rehearsal than was asked for", manifest({ rehearsal: false })],
    ["its manifest has another previous than was asked for", manifest({ previous: "0".repeat(64) })],
    ["its manifest has another number of custodians", ({ manifest: { custodians } }) => custodians.push(custodians[0])],
    ["its manifest has another custodian key of dave", seat(0, { custodianKey: newKey() })],
    ["its manifest has other recipients of dave", seat(0, { recipients: [] })],
    ["a key of erin is of small order or not canonical", seat(1, { custodianKey: "00".repeat(32) })],
    [
      "two seats with the same key",
      ({ manifest: { custodians } }) => Object.assign(custodians[1], { custodianKey: custodians[0].custodianKey }),
    ],
    ["its share files are not those that were asked for", ({ files }) => files.push(files.shift())],
  ] as [string, (data: Loose) => void][])("%s", async ([problem, change]) => {
    const refused = await alteredEntry(before, "quorum.create", change);
    expect(refused).toMatch(/^INTEGRITY: entry \d+ \(quorum\.create\): /);
    expect(refused).toContain(problem);
  });

  test("under the id of another quorum", async () => {
    const { id } = await inForceOf(before);
    expect(
      await alteredEntry(before, "quorum.create", (data) => Object.assign(data.manifest, { quorum: id })),
    ).not.toBe("accepted");
  });
});
