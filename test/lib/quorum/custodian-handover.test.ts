import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { signEnrolment } from "../../../src/lib/custodian/enrolment.ts";
import { type Handover, type HandoverStatement, signHandover } from "../../../src/lib/custodian/handover.ts";
import { releaseSeat } from "../../../src/lib/custodian/release.ts";
import { parseHandoverFile, quorumOfHandover, writeHandoverFile } from "../../../src/lib/quorum/custodian-handover.ts";
import { alteredEntry } from "../../support/altered-entry.ts";
import { Desk, executeSent, sendPlan } from "../../support/desk.ts";
import { create } from "../../support/key-acts.ts";
import {
  confirm,
  documentOf,
  enrolled,
  type Holder,
  handOver,
  holders,
  inForceOf,
  type OwnKey,
  peopleOf,
  presented,
  proofOf,
  prove,
  rekey,
} from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** 2 of alice, bob and dave; dave has an own desk, and a new laptop beside it. */
let made: MadeVault;
let old: OwnKey;
let laptop: OwnKey;
let handover: Handover;
const dave = (own: OwnKey): Holder => ({ custodian: "dave", generation: 2, own });
const others = (vault: MadeVault) => peopleOf(vault, holders(["alice", "bob"], 2));

beforeAll(async () => {
  made = await foundVault();
  old = await enrolled(made, "dave");
  laptop = await enrolled(made, "dave", "laptop.enrolment");
  const set = { custodians: ["alice", "bob", "dave=dave.enrolment"] };
  await made.performWith(peopleOf(made, holders(["alice", "bob"])), rekey(made, set));
  await prove(made);
  await confirm(made, await proofOf(made, dave(old)));
  handover = await released(laptop);
});
afterAll(() => made[Symbol.asyncDispose]());

async function released(to: OwnKey): Promise<Handover> {
  using share = await documentOf(made, dave(old));
  if (share.pin === undefined) throw new TypeError("no pin");
  return releaseSeat(share.pin, "dave", to.file, signingKey(old.seed));
}

describe("the new key speaks for the seat, the old one no more, and the share is the same", () => {
  let after: MadeVault;
  beforeAll(async () => {
    after = await made.copy();
    await after.performWith(others(after), handOver(handover));
  });
  afterAll(() => after[Symbol.asyncDispose]());

  /** The old share file, with the identity of the new laptop. */
  const withNewKey = async (vault: MadeVault) => {
    const share = await presented(vault, dave(old));
    share.document.custodianSeed?.[Symbol.dispose]();
    return { ...share, document: Object.assign(share.document, { custodianSeed: laptop.seed.slice(0) }) };
  };

  test("seats, shares and manifest", async () => {
    const [before, now] = [await inForceOf(made), await inForceOf(after)];
    expect(now.manifestHash).toBe(before.manifestHash);
    expect(now.generation).toBe(2);
    const [is, was] = [now.seats[2], before.seats[2]];
    expect(is).toEqual({
      ...was,
      custodianKey: laptop.file.enrolment.custodianKey,
      recipients: laptop.file.enrolment.recipients,
      enrolment: "checked",
    });
    expect(now.seats.slice(0, 2)).toEqual(before.seats.slice(0, 2));
    await expect(after.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("acts: the new key approves; the old one is refused by name", async () => {
    await using copy = await after.copy();
    const people = peopleOf(copy, [{ custodian: "alice", generation: 2 }, dave(old)]);
    expect(await refusalOf(copy.performWith(people, create("by-the-old")))).toMatchObject({ code: "QUORUM_NOT_MET" });
    expect(people.refused.map(({ message }) => message)).toEqual([
      expect.stringMatching(/: the custodian key in it is not dave's$/),
    ]);
    const again = peopleOf(copy, [{ custodian: "alice", generation: 2 }, dave(old)], async (vault, holder) =>
      holder.custodian === "dave" ? withNewKey(vault) : presented(vault, holder),
    );
    await copy.performWith(again, create("by-the-new"));
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("proofs: by the old key they are refused", async () => {
    const late = await proofOf(made, dave(old));
    expect(await refusalOf(confirm(after, late))).toEqual({
      code: "APPROVAL_INVALID",
      message: "a.proof, dave's proof: not signed by the share and by the custodian",
    });
  });

  test("the next shares are sealed to the new laptop alone", async () => {
    await using copy = await after.copy();
    await copy.performWith(others(copy), rekey(copy));
    const next = { custodian: "dave", generation: 3 };
    expect(await refusalOf(documentOf(copy, { ...next, own: old }))).toMatchObject({ code: "SHARE_IDENTITY" });
    using document = await documentOf(copy, { ...next, own: laptop });
    expect(document.record.generation).toBe(3);
  });

  test("twice, or back by a replay of the first: refused", async () => {
    await using copy = await after.copy();
    expect(await refusalOf(copy.performWith(others(copy), handOver(handover)))).toEqual({
      code: "REFUSED",
      message: "handover of dave: by a key that does not speak for the seat",
    });
  });

  test("desks that approve learn of it from the plan file: the handover travels in it", async () => {
    await using copy = await after.copy();
    await using vault = await copy.open();
    const sent = await sendPlan(copy, ...((await create("travelled")(vault)) as [never]));
    expect(sent.file.handovers).toEqual([[handover]]);
    const approvals = await Promise.all(["alice", "bob"].map((name) => new DeskOf(copy, name).approve(sent.bytes)));
    await executeSent(copy, sent.file, approvals);
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("replay refuses it under another name", async () => {
    expect(await alteredEntry(after, "custodian.handover", () => {})).toBe("accepted");
    expect(
      await alteredEntry(after, "custodian.handover", (data) => Object.assign(data, { custodian: "alice" })),
    ).toMatch(/^INTEGRITY: entry \d+ \(custodian\.handover\): of another custodian$/);
  });
});

/** A desk whose share is of generation 2. */
class DeskOf extends Desk {
  readonly #vault: MadeVault;

  constructor(vault: MadeVault, name: string) {
    super(vault, name);
    this.#vault = vault;
  }

  override presented() {
    return presented(this.#vault, { custodian: this.name, generation: 2 });
  }
}

describe("refused", () => {
  const signed = (change: Partial<HandoverStatement>, key = old.seed): Handover =>
    signHandover({ ...handover.statement, ...change }, signingKey(key));
  const enrolment = (change: object, key = laptop.seed) =>
    signEnrolment({ ...laptop.file.enrolment, ...change }, signingKey(key));

  test.for([
    ["of another vault, quorum or generation", () => signed({ vault: "00000000-0000-4000-8000-000000000000" })],
    ["of another vault, quorum or generation", () => signed({ manifest: "0".repeat(64) })],
    ["of another vault", () => signed({ genesis: "0".repeat(64) })],
    [
      "by a key that does not speak for the seat",
      () => signed({ from: laptop.file.enrolment.custodianKey }, laptop.seed),
    ],
    ["not signed by the key that hands over", () => signed({}, laptop.seed)],
    ["not signed by the key that hands over", () => signed({}, generateSigningSeed())],
    ["to an enrolment of mallory", () => signed({ to: enrolment({ name: "mallory" }) })],
    ["to the same key", () => signed({ to: old.file })],
    ["rehearsal and production are mixed", () => signed({ to: enrolment({ rehearsal: false }) })],
    ["enrolment: the signature does not verify: the file was altered", () => signed({ to: enrolment({}, old.seed) })],
    [
      "enrolment: custodianKey: of small order or not canonical",
      () => signed({ to: enrolment({ custodianKey: "00".repeat(32) }) }),
    ],
    ["recipients: Too small: expected array to have >=1 items", () => signed({ to: enrolment({ recipients: [] }) })],
  ] as [string, () => Handover][])("%s", async ([problem, forged]) => {
    await using copy = await made.copy();
    const refusal = await refusalOf(copy.performWith(others(copy), handOver(forged())));
    expect(refusal).toMatchObject({ message: expect.stringContaining(problem) });
    expect((await inForceOf(copy)).handovers).toEqual([]);
  });

  test("of a custodian whose key lies in the share", async () => {
    await using copy = await made.copy();
    using share = await documentOf(copy, { custodian: "alice", generation: 2 });
    const own = await enrolled(copy, "alice");
    if (share.pin === undefined || share.custodianSeed === undefined) throw new TypeError("no whole share");
    const forged = releaseSeat(share.pin, "alice", own.file, signingKey(share.custodianSeed));
    expect(await refusalOf(copy.performWith(others(copy), handOver(forged)))).toEqual({
      code: "REFUSED",
      message: "handover of alice: its key lies in the share: a rekey with an enrolment is the way",
    });
  });

  test("to the key of another seat: two seats for one person", async () => {
    await using copy = await made.copy();
    using alice = await documentOf(copy, { custodian: "alice", generation: 2 });
    if (alice.custodianSeed === undefined) throw new TypeError("no whole share");
    const custodianKey = publicKeyOf(signingKey(alice.custodianSeed));
    const to = enrolment({ custodianKey }, alice.custodianSeed);
    expect(await refusalOf(copy.performWith(others(copy), handOver(signed({ to }))))).toEqual({
      code: "REFUSED",
      message: "handover of dave: two seats with the same key",
    });
  });

  test("while a generation is pending", async () => {
    await using copy = await made.copy();
    await copy.performWith(others(copy), rekey(copy));
    expect(await refusalOf(copy.performWith(others(copy), handOver(handover)))).toMatchObject({
      code: "REFUSED",
      message: expect.stringMatching(/^generation 3 of quorum root is pending: no proof yet of /),
    });
  });

  test("after a rekey it is of no generation in force", async () => {
    await using copy = await made.copy();
    await copy.performWith(others(copy), rekey(copy, { custodians: ["alice", "bob"] }));
    await prove3(copy);
    await using vault = await copy.open();
    expect(await refusalOf(quorumOfHandover(vault.reader, handover))).toEqual({
      code: "NOT_FOUND",
      message: "handover of dave: of no generation that is in force here",
    });
  });

  async function prove3(copy: MadeVault): Promise<void> {
    await prove(copy);
    expect((await inForceOf(copy)).generation).toBe(3);
  }
});

test("the file is canonical JSON, and read so", () => {
  const bytes = writeHandoverFile(handover);
  expect(parseHandoverFile(bytes)).toEqual(handover);
  for (const broken of [bytes.slice(1), Buffer.concat([bytes, Buffer.from(" ")]), Buffer.from("{}\n")]) {
    expect(() => parseHandoverFile(broken)).toThrow(expect.objectContaining({ code: "INPUT_MALFORMED" }));
  }
});
