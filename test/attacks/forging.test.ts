import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EntryData } from "../../src/lib/audit/chain.ts";
import { randomHex, randomUuid } from "../../src/lib/crypto/random.ts";
import { generateSigningSeed, signingKey } from "../../src/lib/crypto/signature.ts";
import type { Approval } from "../../src/lib/quorum/approval.ts";
import type { Plan } from "../../src/lib/quorum/plan.ts";
import type { Blob } from "../../src/lib/vault/hierarchy.ts";
import { Forger } from "../support/forgery.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let original: MadeVault;
let made: MadeVault;
let forger: Forger;

beforeAll(async () => {
  original = await foundVault();
  await original.createKey("payments", ["alice", "bob"]);
});

afterAll(async () => {
  await original[Symbol.asyncDispose]();
});

beforeEach(async () => {
  made = await original.copy();
  forger = new Forger(made);
});

afterEach(async () => {
  await made[Symbol.asyncDispose]();
});

/** Entries of the vault as it was made: genesis, shares, three proofs, one plan and its key. */
const BEFORE = 7;

/** What becomes of the vault: before an act on this machine, and when a machine without memory of it verifies it. */
async function refused(message: string | RegExp): Promise<void> {
  const refusal = {
    code: "INTEGRITY",
    message: expect.stringMatching(typeof message === "string" ? literal(message) : message),
  };
  await expect(made.createKey("more", ["alice", "bob"])).rejects.toMatchObject(refusal);
  await rm(made.state, { recursive: true });
  await expect(made.verify()).rejects.toMatchObject(refusal);
}

function literal(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}

function executed(plan: Plan, approvals: readonly Approval[]): EntryData {
  return { type: "plan.execute", data: { plan, approvals } };
}

/** Write a plan with its approvals, and the effects that it implies. */
async function execute(plan: Plan, approvals: readonly Approval[], time?: string): Promise<void> {
  const effects = await Promise.all(plan.actions.map((_, action) => forger.keyEffect(plan, action)));
  const entries = [executed(plan, approvals), ...effects.map(({ entry }) => entry)];
  await forger.append(
    entries,
    effects.map(({ blob }) => blob),
    time,
  );
}

async function genuine(plan: Plan, ...names: string[]): Promise<Approval[]> {
  return Promise.all(names.map((name) => forger.approval(plan, name)));
}

test("what custodians approved verifies, though written by hand", async () => {
  const plan = await forger.plan("second", "third");
  await execute(plan, await genuine(plan, "alice", "carol"));
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED", entries: BEFORE + 3, acts: 2 });
});

describe("S14, S18: approvals by a host that has all shares but no custodian's key", () => {
  const entry = `entry ${BEFORE + 1} (plan.execute)`;

  test("signed by keys of its own", async () => {
    const plan = await forger.plan("second");
    using seed = generateSigningSeed();
    const own = signingKey(seed);
    await execute(plan, [await forger.approval(plan, "alice", {}, own), await forger.approval(plan, "bob", {}, own)]);
    await refused(`${entry}: approval of alice: the signature is not the custodian's`);
  });

  test("signed by the keys that the shares give", async () => {
    const plan = await forger.plan("second");
    const approvals = ["alice", "bob"].map(async (name) =>
      forger.approval(plan, name, {}, await forger.shareKey(name)),
    );
    await execute(plan, await Promise.all(approvals));
    await refused(`${entry}: approval of alice: the signature is not the custodian's`);
  });

  test("signed by the host key", async () => {
    const plan = await forger.plan("second");
    const approvals = ["alice", "bob"].map((name) => forger.approval(plan, name, {}, forger.hostKey));
    await execute(plan, await Promise.all(approvals));
    await refused(`${entry}: approval of alice: the signature is not the custodian's`);
  });

  test("one genuine, the other not", async () => {
    const plan = await forger.plan("second");
    const [alice] = await genuine(plan, "alice");
    if (alice === undefined) throw new TypeError("no approval");
    await execute(plan, [alice, await forger.approval(plan, "bob", {}, forger.hostKey)]);
    await refused(`${entry}: approval of bob: the signature is not the custodian's`);
  });

  test("genuine ones, of another plan", async () => {
    const [plan, harmless] = [await forger.plan("second"), await forger.plan("harmless")];
    await execute(plan, await genuine(harmless, "alice", "bob"));
    await refused(`${entry}: approval of alice: of another plan`);
  });

  test("genuine ones, made to name this plan", async () => {
    const [plan, harmless] = [await forger.plan("second"), await forger.plan("harmless")];
    const named = await genuine(plan, "alice", "bob");
    const signed = await genuine(harmless, "alice", "bob");
    const spliced = named.map(({ statement }, i) => ({ statement, signature: signed[i]?.signature ?? "" }));
    await execute(plan, spliced);
    await refused(`${entry}: approval of alice: the signature is not the custodian's`);
  });

  test("a genuine one used twice", async () => {
    const plan = await forger.plan("second");
    await execute(plan, await genuine(plan, "alice", "alice"));
    await refused(`${entry}: approval of alice: a second one`);
  });

  test("a genuine one under another custodian's name", async () => {
    const plan = await forger.plan("second");
    const [alice] = await genuine(plan, "alice");
    if (alice === undefined) throw new TypeError("no approval");
    await execute(plan, [alice, { ...alice, statement: { ...alice.statement, custodian: "bob" } }]);
    await refused(`${entry}: approval of bob: the signature is not the custodian's`);
  });

  test("one genuine only", async () => {
    const plan = await forger.plan("second");
    await execute(plan, await genuine(plan, "alice"));
    await refused(/^entry 8 \(plan\.execute\): data\.approvals: /);
  });

  test("of somebody who is no custodian", async () => {
    const plan = await forger.plan("second");
    const mallory = await forger.approval(plan, "mallory", {}, forger.hostKey);
    await execute(plan, [...(await genuine(plan, "alice", "bob")), mallory]);
    await refused(`${entry}: approval of mallory: not a custodian of quorum root`);
  });

  test.for([
    { what: "another vault", changes: { vault: randomUuid() }, problem: "of another vault, epoch or generation" },
    { what: "another epoch", changes: { epoch: randomUuid() }, problem: "of another vault, epoch or generation" },
    { what: "another generation", changes: { generation: 2 }, problem: "of another vault, epoch or generation" },
    { what: "another plan", changes: { plan: randomHex(32) }, problem: "of another plan" },
    {
      what: "after the plan expired",
      changes: { time: "2999-01-01T00:00:00.000Z" },
      problem: "made after the plan expired",
    },
    {
      what: "of a chain that was rolled back",
      changes: { seen: { size: BEFORE, root: randomHex(32) } },
      problem: `saw another chain of ${BEFORE} entries: this host was rolled back`,
    },
    {
      what: "of a chain that is longer",
      changes: { seen: { size: 1000, root: randomHex(32) } },
      problem: "saw another chain of 1000 entries: this host was rolled back",
    },
  ])("a genuine one: $what", async ({ changes, problem }) => {
    const plan = await forger.plan("second");
    await execute(plan, [...(await genuine(plan, "alice")), await forger.approval(plan, "bob", changes)]);
    await refused(`${entry}: approval of bob: ${problem}`);
  });

  test("a genuine one of another quorum beside those needed", async () => {
    const plan = await forger.plan("second");
    const stranger = await forger.approval(plan, "carol", { quorum: randomUuid() });
    await execute(plan, [...(await genuine(plan, "alice", "bob")), stranger]);
    await refused(`${entry}: an approval of a quorum that the plan doesn't need`);
  });

  test("any letter of a signature changed", async () => {
    const plan = await forger.plan("second");
    const [alice, bob] = await genuine(plan, "alice", "bob");
    if (alice === undefined || bob === undefined) throw new TypeError("no approvals");
    const signature = bob.signature.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    await execute(plan, [alice, { ...bob, signature }]);
    await refused(`${entry}: approval of bob: the signature is not the custodian's`);
  });
});

describe("S18, S19: plans that M custodians did approve", () => {
  const entry = `entry ${BEFORE + 1} (plan.execute)`;

  test.for([
    {
      what: "another vault",
      changes: { vault: randomUuid() },
      problem: "a plan of another vault, epoch or genesis",
    },
    { what: "another epoch", changes: { epoch: randomUuid() }, problem: "a plan of another vault, epoch or genesis" },
    {
      what: "another genesis",
      changes: { genesis: randomHex(32) },
      problem: "a plan of another vault, epoch or genesis",
    },
    {
      what: "a head that isn't on the chain",
      changes: { head: { size: 5, root: randomHex(32) } },
      problem: "the plan saw another chain of 5 entries",
    },
    {
      what: "a head beyond the chain",
      changes: { head: { size: BEFORE + 1, root: randomHex(32) } },
      problem: `the plan saw another chain of ${BEFORE + 1} entries`,
    },
    {
      what: "expired",
      changes: { expires: "2026-01-01T00:00:00.000Z" },
      problem: "the plan expired at 2026-01-01T00:00:00.000Z",
    },
    {
      what: "an unknown action",
      changes: { actions: [{ action: "key.print", parameters: {} }] },
      problem: "action key.print is unknown",
    },
  ])("$what", async ({ changes, problem }) => {
    const plan = { ...(await forger.plan("second")), ...changes };
    await forger.append([executed(plan, await genuine(plan, "alice", "bob"))]);
    await refused(`${entry}: ${problem}`);
  });

  test("parameters that no command would have taken", async () => {
    const plan = await forger.plan("second");
    const [planned] = plan.actions;
    const parameters = { ...planned?.parameters, name: "../escape" };
    const hostile = { ...plan, actions: [{ action: "key.create", parameters }] };
    await forger.append([executed(hostile, await genuine(hostile, "alice", "bob"))]);
    await refused(/^entry 8 \(plan\.execute\): parameters\.name: must be /);
  });

  test("a quorum that the action doesn't need", async () => {
    const plan = await forger.plan("second");
    const quorums = plan.quorums.map((quorum) => ({ ...quorum, id: randomUuid() }));
    const other = { ...plan, quorums };
    await execute(other, await genuine(other, "alice", "bob"));
    await refused(`${entry}: the plan names other quorums than its actions need`);
  });

  test.for([
    { what: "generation", changes: { generation: 2 } },
    { what: "manifest", changes: { manifest: randomHex(32) } },
  ])("another $what of the quorum", async ({ changes }) => {
    const plan = await forger.plan("second");
    const other = { ...plan, quorums: plan.quorums.map((quorum) => ({ ...quorum, ...changes })) };
    await execute(other, await genuine(other, "alice", "bob"));
    await refused(`${entry}: quorum root: not the generation in force`);
  });

  test("executed twice", async () => {
    const plan = await forger.plan("second");
    const approvals = await genuine(plan, "alice", "bob");
    await execute(plan, approvals);
    await execute(plan, approvals);
    await refused(`entry ${BEFORE + 3} (plan.execute): a plan that was executed or cancelled before`);
  });

  test("a key of a name that is taken", async () => {
    const plan = await forger.plan("payments");
    await execute(plan, await genuine(plan, "alice", "bob"));
    await refused(/^entry 9 \(key\.create\): key default\/payments exists already/);
  });
});

describe("S19: effects that the approved plan doesn't imply", () => {
  /** An approved plan that makes two keys, and the effects of both. */
  async function approved(): Promise<{ plan: Plan; execute: EntryData; effects: EntryData[]; blobs: Blob[] }> {
    const plan = await forger.plan("second", "third");
    const effects = await Promise.all([0, 1].map((action) => forger.keyEffect(plan, action)));
    return {
      plan,
      execute: executed(plan, await genuine(plan, "alice", "bob")),
      effects: effects.map(({ entry }) => entry),
      blobs: effects.map(({ blob }) => blob),
    };
  }

  test("an effect without a plan", async () => {
    const { plan } = await approved();
    const { entry, blob } = await forger.keyEffect(plan, 0);
    await forger.append([entry], [blob]);
    await refused(`entry ${BEFORE + 1} (key.create): an effect that no approved plan asked for`);
  });

  test("an effect missing at the end", async () => {
    const { execute, effects, blobs } = await approved();
    await forger.append([execute, ...effects.slice(0, 1)], blobs.slice(0, 1));
    await refused("audit chain: ends before the key.create that its last plan demands");
  });

  test("an effect missing before the next plan", async () => {
    const { execute, effects, blobs } = await approved();
    const next = await forger.plan("fourth");
    await forger.append([execute, ...effects.slice(0, 1), executed(next, await genuine(next, "alice", "bob"))], blobs);
    await refused(`entry ${BEFORE + 3} (plan.execute): stands where the plan's key.create must be`);
  });

  test("an effect too many", async () => {
    const { plan, execute, effects, blobs } = await approved();
    const more = await forger.keyEffect(plan, 1);
    await forger.append([execute, ...effects, more.entry], [...blobs, more.blob]);
    await refused(`entry ${BEFORE + 4} (key.create): an effect that no approved plan asked for`);
  });

  test("an action done twice in place of the other", async () => {
    const { plan, execute, effects, blobs } = await approved();
    const again = await forger.keyEffect(plan, 0);
    await forger.append([execute, ...effects.slice(0, 1), again.entry], [...blobs, again.blob]);
    await refused(`entry ${BEFORE + 3} (key.create): an effect that no approved plan asked for`);
  });

  test("effects in another order", async () => {
    const { execute, effects, blobs } = await approved();
    await forger.append([execute, ...effects.toReversed()], blobs);
    await refused(`entry ${BEFORE + 2} (key.create): an effect that no approved plan asked for`);
  });

  test("an effect of another plan", async () => {
    const { execute, effects, blobs } = await approved();
    const foreign = effects.map((effect) => ({ ...effect, data: { ...effect.data, plan: randomHex(16) } }));
    await forger.append([execute, ...foreign], blobs);
    await refused(`entry ${BEFORE + 2} (key.create): an effect that no approved plan asked for`);
  });

  test("another entry between a plan and its effect", async () => {
    const { execute, effects, blobs } = await approved();
    const proof = (await forger.entries())[2];
    if (proof === undefined) throw new TypeError("no proof");
    await forger.append([execute, { type: proof.type, data: proof.data }, ...effects], blobs);
    await refused(`entry ${BEFORE + 2} (custodian.confirm): stands where the plan's key.create must be`);
  });

  test.for([
    { what: "a parameter of its own", changes: { exportable: true }, problem: /Unrecognized key/ },
    {
      what: "a KEK that isn't the newest",
      changes: { kekVersion: 2 },
      problem: /not wrapped under the keyring's newest KEK/,
    },
    { what: "neither check value nor public key", changes: { checkValue: null }, problem: /neither a check value nor/ },
    {
      what: "a public key that is none",
      changes: { checkValue: null, publicKey: "AAAA", fingerprint: "0".repeat(64) },
      problem: /neither a check value nor a public key with its fingerprint/,
    },
    { what: "a key id that is none", changes: { key: "../x" }, problem: /data\.key: / },
  ])("an effect with $what", async ({ changes, problem }) => {
    const plan = await forger.plan("second");
    const { entry, blob } = await forger.keyEffect(plan, 0, changes);
    await forger.append([executed(plan, await genuine(plan, "alice", "bob")), entry], [blob]);
    await refused(new RegExp(`^entry ${BEFORE + 2} \\(key\\.create\\): .*${problem.source}`));
  });

  test("a ciphertext that is another than the effect's", async () => {
    const plan = await forger.plan("second");
    const { entry } = await forger.keyEffect(plan, 0);
    const { blob } = await forger.keyEffect(plan, 0);
    await forger.append([executed(plan, await genuine(plan, "alice", "bob")), entry], [blob]);
    await refused(/^blobs: blob \w{16} belongs to nothing; the ciphertext of key second version 1 is missing$/);
  });
});

test("an entry type that nobody knows", async () => {
  await forger.append([{ type: "key.print", data: {} }]);
  await refused(`entry ${BEFORE + 1} (key.print): an unknown type`);
});
