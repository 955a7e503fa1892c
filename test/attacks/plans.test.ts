import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MINUTE, timestamp } from "../../src/lib/clock.ts";
import { randomHex, randomUuid } from "../../src/lib/crypto/random.ts";
import { generateSigningSeed, signingKey } from "../../src/lib/crypto/signature.ts";
import { loadAnchor } from "../../src/lib/host/anchor.ts";
import { canonicalFile } from "../../src/lib/json.ts";
import { type ApprovalFile, parseApprovalFile } from "../../src/lib/quorum/approval-file.ts";
import { type Plan, planDigest } from "../../src/lib/quorum/plan.ts";
import { type PlanFile, parsePlanFile, writePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { currentGenerations } from "../../src/lib/quorum/state.ts";
import { EXIT_STATUS } from "../../src/lib/terminal/exit-status.ts";
import { type Craft, craftApproval } from "../support/crafted-approval.ts";
import { Desk, executeSent, type SentPlan, sendKeyPlan, sendRequest } from "../support/desk.ts";
import { Forger } from "../support/forgery.ts";
import { refusalOf } from "../support/refusal.ts";
import { refusalsOf, stateOf } from "../support/refusals.ts";
import { expectRefused } from "../support/refused-plan.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
/** A plan that waits, and what alice, bob and carol say to it. */
let sent: SentPlan;
let approvals: { alice: Uint8Array; bob: Uint8Array; carol: Uint8Array };
/** Another plan of the same host, with an approval of bob's. */
let other: SentPlan;
let othersApproval: Uint8Array;

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  sent = await sendKeyPlan(made);
  other = await sendKeyPlan(made, { name: "another" });
  const approve = (name: string) => new Desk(made, name).approve(sent.bytes);
  approvals = { alice: await approve("alice"), bob: await approve("bob"), carol: await approve("carol") };
  othersApproval = await new Desk(made, "bob").approve(other.bytes);
});

afterAll(async () => made[Symbol.asyncDispose]());

/** The plan file as this host would have written it, had it made this plan. */
async function signed(plan: Plan, host = new Forger(made).hostKey): Promise<PlanFile> {
  await using vault = await made.open();
  return parsePlanFile(writePlanFile(plan, await currentGenerations(vault.reader), host));
}

function contentOf(bytes: Uint8Array): ApprovalFile {
  return parseApprovalFile(bytes, "");
}

test("what the refusals of this file exit with", () => {
  const { APPROVAL_INVALID, PLAN_INVALID, INTEGRITY, WAITING_FOR_PEOPLE } = EXIT_STATUS;
  expect([APPROVAL_INVALID, PLAN_INVALID, INTEGRITY, WAITING_FOR_PEOPLE]).toEqual([12, 12, 14, 10]);
});

describe("approvals", () => {
  test("good ones of two execute the plan, in any order and with a third", async () => {
    for (const given of [
      [approvals.alice, approvals.bob],
      [approvals.carol, approvals.alice],
      [approvals.carol, approvals.bob, approvals.alice],
    ]) {
      await using copy = await made.copy();
      await expect(executeSent(copy, sent.file, given)).resolves.toMatchObject({ effects: [{ action: "key.create" }] });
      await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 2 });
    }
  });

  test("from a file, of a share at hand and of a person in the room count together", async () => {
    await using copy = await made.copy();
    await executeSent(copy, sent.file, [approvals.alice], copy.interaction("carol"));
    await expect(copy.verify()).resolves.toMatchObject({ acts: 2 });
  });

  test.for([
    { what: "the same file twice", names: ["bob", "bob"] },
    { what: "one more of somebody who sent one", names: ["alice", "bob", "bob"] },
  ] as const)("S3: of one custodian twice: $what", async ({ names }) => {
    const given = names.map((name) => approvals[name]);
    await expectRefused(made, sent.file, given, {
      code: "APPROVAL_INVALID",
      message: `${given.length}.approval, bob's approval: a second one of the same custodian`,
    });
  });

  test("S3: of a custodian who then comes into the room", async () => {
    const again = made.interaction("bob");
    again.patient = false;
    const message = `${made.share("bob")}: bob's share was presented already`;
    await expectRefused(made, sent.file, [approvals.bob], { code: "SHARE_DOUBLED", message }, again);
  });

  test("too few wait for more, and leave no entry", async () => {
    const waiting = { code: "WAITING_FOR_PEOPLE", recorded: false } as const;
    await expectRefused(made, sent.file, [approvals.bob], {
      ...waiting,
      message: "quorum root: 1 of 2 approvals (bob)",
    });
    await expectRefused(made, sent.file, [], { ...waiting, message: "quorum root: 0 of 2 approvals" });
  });

  test("S18: of another plan, also beside enough good ones", async () => {
    const refusal = { code: "APPROVAL_INVALID", message: "1.approval, bob's approval: of another plan" } as const;
    await expectRefused(made, sent.file, [othersApproval, approvals.alice], refusal);
    await expectRefused(made, sent.file, [othersApproval, approvals.alice, approvals.carol], refusal);
  });

  test("S18: I10: of the same plan with one byte changed, or with another key of the same name asked for", async () => {
    const { plan } = sent.file;
    const [action] = plan.actions;
    if (action === undefined) throw new TypeError("a plan without an action");
    const larger = { ...action, parameters: { ...action.parameters, exportable: true } };
    for (const changed of [
      { ...plan, reason: "b test" },
      { ...plan, actions: [larger] },
      { ...plan, expires: timestamp(new Date(Date.parse(plan.expires) + 1)) },
    ]) {
      await expectRefused(made, await signed(changed), [approvals.alice, approvals.bob], {
        code: "APPROVAL_INVALID",
        message: "1.approval, alice's approval: of another plan",
      });
    }
  });

  const elsewhere: { what: string; craft: Craft; problem: string }[] = [
    { what: "another vault", craft: { statement: { vault: randomUuid() } }, problem: "of another vault" },
    { what: "S18: another epoch", craft: { statement: { epoch: randomUuid() } }, problem: "of another epoch" },
    { what: "another plan", craft: { statement: { plan: randomHex(32) } }, problem: "of another plan" },
    {
      what: "another quorum",
      craft: { statement: { quorum: randomUuid() } },
      problem: "of a quorum that the plan does not need",
    },
    {
      what: "another generation",
      craft: { statement: { generation: 2 } },
      problem: "of generation 2, quorum root needs 1",
    },
    {
      what: "nobody's",
      craft: { statement: { custodian: "mallory" }, shareOf: "bob" },
      problem: "not a custodian of quorum root",
    },
    {
      what: "under another custodian's name",
      craft: { statement: { custodian: "carol" } },
      problem: "the signature is not the custodian's: it was altered or forged",
    },
    {
      what: "after the plan expired",
      craft: { statement: { time: "2999-01-01T00:00:00.000Z" } },
      problem: "made after the plan expired",
    },
    {
      what: "S18: with a share that was sealed for another plan",
      craft: { sealedFor: "ab".repeat(32) },
      problem: "its share was sealed for another plan",
    },
    {
      what: "with another custodian's share",
      craft: { shareOf: "carol" },
      problem: "1.approval: holds carol's share, not bob's",
    },
    {
      what: "without the hash of its share",
      craft: { statement: { sealed: null } },
      problem: "its share is not the one that was signed for",
    },
    {
      what: "with another hash of its share",
      craft: { statement: { sealed: "ab".repeat(32) } },
      problem: "its share is not the one that was signed for",
    },
    {
      what: "with a share that was cut",
      craft: { alter: (file) => ({ ...file, share: file.share.slice(0, -100) }) },
      problem: "its share is not the one that was signed for",
    },
  ];

  test.for(elsewhere)("signed by the custodian, but $what", async ({ craft, problem }) => {
    const bad = await craftApproval(made, sent.file, "bob", craft);
    const name = craft.statement?.custodian ?? "bob";
    const refusal = { code: "APPROVAL_INVALID", message: `1.approval, ${name}'s approval: ${problem}` } as const;
    await expectRefused(made, sent.file, [bad], refusal);
    await expectRefused(made, sent.file, [bad, approvals.alice, approvals.carol], refusal);
  });

  test("signed by somebody else: the host, or anybody", async () => {
    using seed = generateSigningSeed();
    for (const key of [new Forger(made).hostKey, signingKey(seed), await new Forger(made).shareKey("bob")]) {
      await expectRefused(made, sent.file, [await craftApproval(made, sent.file, "bob", { key })], {
        code: "APPROVAL_INVALID",
        message: "1.approval, bob's approval: the signature is not the custodian's: it was altered or forged",
      });
    }
  });

  test("any digit of the signature changed", async () => {
    const { approval, share } = contentOf(approvals.bob);
    for (const at of [0, 63, 64, 127]) {
      const digit = approval.signature[at] === "0" ? "1" : "0";
      const signature = approval.signature.slice(0, at) + digit + approval.signature.slice(at + 1);
      const altered = canonicalFile({ approval: { ...approval, signature }, share });
      await expectRefused(made, sent.file, [approvals.alice, altered], {
        code: "APPROVAL_INVALID",
        message: "2.approval, bob's approval: the signature is not the custodian's: it was altered or forged",
      });
    }
  });

  test("S18: with the sealed share of another plan's approval", async () => {
    const spliced = { ...contentOf(approvals.bob), share: contentOf(othersApproval).share };
    await expectRefused(made, sent.file, [canonicalFile(spliced)], {
      code: "APPROVAL_INVALID",
      message: "1.approval, bob's approval: its share is not the one that was signed for",
    });
  });

  test("S18: with a share that only another plan's session opens", async () => {
    const recipient = other.file.plan.session?.recipient ?? "";
    await expectRefused(made, sent.file, [await craftApproval(made, sent.file, "bob", { recipient })], {
      code: "APPROVAL_INVALID",
      message: "1.approval, bob's approval: the identity does not open it",
    });
  });

  test("malformed", async () => {
    for (const { bytes, problem } of [
      { bytes: new Uint8Array(), problem: "not JSON" },
      { bytes: sent.bytes, problem: "approval: Invalid input: expected object, received undefined" },
      { bytes: Buffer.from("{}\n"), problem: "approval: Invalid input: expected object, received undefined" },
    ]) {
      await expectRefused(made, sent.file, [bytes], {
        code: "APPROVAL_INVALID",
        message: `1.approval: not an approval: ${problem}`,
      });
    }
  });

  test("dated ahead of the host's clock: ten minutes are borne, not more", async () => {
    const soon = (milliseconds: number) => timestamp(new Date(Date.now() + milliseconds));
    const time = soon(11 * MINUTE);
    await expectRefused(made, sent.file, [await craftApproval(made, sent.file, "bob", { statement: { time } })], {
      code: "APPROVAL_INVALID",
      message: `1.approval, bob's approval: made at ${time}, ahead of this host's clock`,
    });
    await using copy = await made.copy();
    const early = await craftApproval(copy, sent.file, "bob", { statement: { time: soon(9 * MINUTE) } });
    await executeSent(copy, sent.file, [early, approvals.alice]);
  });
});

describe("S13: T6: a custodian's machine saw more than this host has", () => {
  test.for([
    { what: "a longer chain", seen: { size: 1000, root: "ab".repeat(32) } },
    { what: "another chain", seen: { size: 3, root: "ab".repeat(32) } },
  ])("$what: integrity, and nothing is written", async ({ seen }) => {
    const bad = await craftApproval(made, sent.file, "bob", { statement: { seen } });
    await expectRefused(made, sent.file, [approvals.alice, approvals.carol, bad], {
      code: "INTEGRITY",
      message: `vault: bob saw a chain of ${seen.size} entries that this host does not have: it was rolled back`,
      recorded: false,
    });
  });

  test("a host that was set back with its memory is found by the approval of who saw it before", async () => {
    await using copy = await made.copy();
    const late = await copy.copy(); // the host, to be set back to
    await using _ = late;
    await copy.createKey("forgotten", ["alice", "carol"]);
    await new Desk(copy, "bob").prove(await sendRequest(copy));
    const approval = await new Desk(copy, "bob").approve(sent.bytes);
    const seen = contentOf(approval).approval.statement.seen?.size ?? 0;
    expect(seen).toBeGreaterThan(sent.file.plan.head.size);
    await expectRefused(late, sent.file, [approvals.alice, approval], {
      code: "INTEGRITY",
      message: `vault: bob saw a chain of ${seen} entries that this host does not have: it was rolled back`,
      recorded: false,
    });
  });
});

describe("plans", () => {
  test.for([
    { what: "another vault", changes: { vault: randomUuid() }, problem: /^is of another vault \(.*\)$/ },
    { what: "another genesis", changes: { genesis: randomHex(32) }, problem: /^is of another vault \(.*\)$/ },
    { what: "S18: another epoch", changes: { epoch: randomUuid() }, problem: /^is of another epoch$/ },
    {
      what: "a head that is not on the chain",
      changes: { head: { size: 5, root: randomHex(32) } },
      problem: /^saw another chain of 5 entries$/,
    },
    {
      what: "a head beyond the chain",
      changes: { head: { size: 900, root: randomHex(32) } },
      problem: /^saw another chain of 900 entries$/,
    },
  ])("signed by this host, but of $what", async ({ changes, problem }) => {
    const plan: Plan = { ...sent.file.plan, ...changes };
    await using vault = await made.open();
    const manifests = (await currentGenerations(vault.reader)).map(({ manifest }) => ({
      ...manifest,
      vault: plan.vault,
    }));
    const file: PlanFile = { ...sent.file, plan, manifests };
    const refused = await refusalOf(executeSent(made, file, [approvals.alice, approvals.bob]));
    expect(refused).toMatchObject({ code: "PLAN_INVALID" });
    const { message } = refused as { message: string };
    expect(message.replace(/^the plan /, "")).toMatch(problem);
    await expectRefused(made, file, [approvals.alice, approvals.bob], { code: "PLAN_INVALID", message });
  });

  test("S13: signed by another host key", async () => {
    using seed = generateSigningSeed();
    const file = await signed(sent.file.plan, signingKey(seed));
    await expectRefused(made, file, [approvals.alice, approvals.bob], {
      code: "PLAN_INVALID",
      message: "the plan was not signed by this host",
    });
  });

  test("of which a byte was changed: the host's signature does not verify", async () => {
    const text = new TextDecoder().decode(sent.bytes);
    const altered = Buffer.from(text.replace('"reason":"a test"', '"reason":"b test"'));
    expect(await refusalOf(() => parsePlanFile(altered))).toEqual({
      code: "PLAN_INVALID",
      message: "plan file: the host's signature does not verify: the file was altered",
    });
  });

  test("made ahead of the host's clock", async () => {
    const created = timestamp(new Date(Date.now() + 11 * MINUTE));
    await expectRefused(made, await signed({ ...sent.file.plan, created }), [], {
      code: "PLAN_INVALID",
      message: `the plan was made at ${created}, ahead of this host's clock`,
    });
  });

  test("expired, at the desk as on the host", async () => {
    const { expires } = sent.file.plan;
    await using copy = await made.copy();
    copy.surroundings.clock = () => new Date(expires);
    const message = `the plan expired at ${expires}`;
    await expectRefused(copy, sent.file, [approvals.alice, approvals.bob], { code: "PLAN_INVALID", message });
    expect(await refusalOf(new Desk(copy, "bob").approve(sent.bytes))).toEqual({ code: "PLAN_INVALID", message });
  });

  test("that expires while people are still at it", async () => {
    const { expires } = sent.file.plan;
    await using copy = await made.copy();
    let now = new Date();
    copy.surroundings.clock = () => now;
    const people = copy.interaction();
    people.confirm = async () => {
      now = new Date(expires);
    };
    const late = executeSent(copy, sent.file, [approvals.alice, approvals.bob], people);
    expect(await refusalOf(late)).toEqual({ code: "PLAN_INVALID", message: `the plan expired at ${expires}` });
    expect((await refusalsOf(copy)).at(-1)).toMatchObject({ code: "PLAN_INVALID" });
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 1 });
  });

  test("for the room only: no desk approves it, for there is no session to seal a share to", async () => {
    const file = { ...sent.file.plan, session: null };
    await using vault = await made.open();
    const bytes = writePlanFile(file, await currentGenerations(vault.reader), new Forger(made).hostKey);
    expect(await refusalOf(new Desk(made, "bob").approve(bytes))).toEqual({
      code: "PLAN_INVALID",
      message: "the plan is approved in the room: it has no session to seal a share to",
    });
  });

  test("executed once: with the same approvals, with others, and by people in the room, it is refused", async () => {
    await using copy = await made.copy();
    const { entries } = await executeSent(copy, sent.file, [approvals.alice, approvals.bob]);
    const refusal = { code: "PLAN_INVALID", message: `the plan was executed at entry ${entries[0]}` } as const;
    await expectRefused(copy, sent.file, [approvals.alice, approvals.bob], refusal);
    await expectRefused(copy, sent.file, [approvals.carol, approvals.bob], refusal);
    await expectRefused(copy, sent.file, [], refusal, copy.interaction("alice", "carol"));
    await expect(copy.verify()).resolves.toMatchObject({ result: "VERIFIED", acts: 2 });
  });

  test("of a key that was made in the meantime: refused by state, and stays open", async () => {
    await using copy = await made.copy();
    await copy.createKey("asked-for", ["alice", "bob"]);
    await expectRefused(copy, sent.file, [approvals.alice, approvals.bob], {
      code: "EXISTS",
      message: "key default/asked-for exists already, or did; a name is given once, for ever",
    });
  });

  test("every approval names the plan's digest, and the head that its machine remembered", async () => {
    const { statement } = contentOf(approvals.bob).approval;
    expect(statement).toMatchObject({ plan: planDigest(sent.file.plan), at: "desk", seen: null });
    expect(contentOf(othersApproval).approval.statement.seen).toEqual(sent.file.plan.head);
    expect(loadAnchor(new Desk(made, "bob").state, sent.file.plan.vault)).toMatchObject({ role: "desk" });
    expect((await stateOf(made))["plans"]).toHaveLength(1);
  });
});
