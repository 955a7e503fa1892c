import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicKeyOf } from "../../src/lib/crypto/signature.ts";
import { digestWords } from "../../src/lib/crypto/words.ts";
import { loadAnchor } from "../../src/lib/host/anchor.ts";
import { openSealedShare, parseApprovalFile } from "../../src/lib/quorum/approval-file.ts";
import { prepareApproval } from "../../src/lib/quorum/approve.ts";
import { planDigest } from "../../src/lib/quorum/plan.ts";
import { parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { parseProofRequest, requestDigest } from "../../src/lib/quorum/proof-request.ts";
import { ShareDocument } from "../../src/lib/share/document.ts";
import { type AtDesk, Desk, type SentPlan, sendKeyPlan, sendRequest } from "../support/desk.ts";
import { snapshotOf } from "../support/folder.ts";
import { ForgedHost } from "../support/forged-host.ts";
import { Forger } from "../support/forgery.ts";
import { refusalOf } from "../support/refusal.ts";
import type { Seen } from "../support/seen.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";

let made: MadeVault;
let genuine: SentPlan;
let forger: ForgedHost;
/** Asks for the same as the genuine plan, of which the attacker got hold. */
let forged: Uint8Array;
let forgedRequest: Uint8Array;
let machines = 0;

beforeAll(async () => {
  made = await foundVault();
  genuine = await sendKeyPlan(made);
  forger = await ForgedHost.of(made);
  forged = forger.planFile(forger.plan(genuine.file.plan));
  forgedRequest = forger.request(genuine.file.plan.head);
  await made.place.write("forged.plan", forged);
  await made.place.write("forged.request", forgedRequest);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** A machine of bob's that knows of the vault what the pin in the share says. */
function freshDesk(): Desk {
  machines += 1;
  return new Desk(made, "bob", `bob-${machines}`);
}

/** One that has seen the true host, too. */
async function usedDesk(): Promise<Desk> {
  const desk = freshDesk();
  await desk.prove(await sendRequest(made));
  return desk;
}

function wordsOf(plan: Uint8Array): string {
  return digestWords(planDigest(parsePlanFile(plan).plan));
}

const UNKNOWN = "plan: this machine does not know its host";

describe("S13: a forged plan, with all that is public of the vault and a session of the attacker's own", () => {
  const machinesThatKnow = [
    { what: "the pin in the share", desk: async () => freshDesk() },
    { what: "an anchor", desk: usedDesk },
  ];

  test.for(machinesThatKnow)("a machine with $what: refused, and it remembers nothing of it", async ({ desk }) => {
    const machine = await desk();
    const before = loadAnchor(machine.state, genuine.file.plan.vault);
    const attempts: { at: AtDesk; message: string }[] = [
      { at: {}, message: UNKNOWN },
      { at: { words: wordsOf(genuine.bytes) }, message: `${UNKNOWN}, and the words are not those of its digest` },
    ];
    for (const { at, message } of attempts) {
      expect(await refusalOf(machine.approve(forged, at))).toEqual({ code: "PLAN_INVALID", message });
      expect(loadAnchor(machine.state, genuine.file.plan.vault)).toEqual(before);
    }
    await machine.approve(genuine.bytes);
  });

  test("with a stolen host key too, but other custodians or another threshold: the manifest is strange", async () => {
    const thief = await ForgedHost.of(made, new Forger(made).hostKey);
    const [manifest] = thief.manifests;
    if (manifest === undefined) throw new TypeError("no manifest");
    const without = manifest.custodians.filter(({ name }) => name !== "carol");
    for (const changed of [
      { ...manifest, backupRecipient: "age1x" },
      { ...manifest, name: "wurzel" },
    ]) {
      const plan = thief.planFile(thief.plan(genuine.file.plan), [changed]);
      expect(await refusalOf(freshDesk().approve(plan))).toMatchObject({
        code: "SHARE_OTHER_GENERATION", // by the pin in the share
        message: expect.stringContaining("share set of another manifest"),
      });
    }
    const fewer = thief.planFile(thief.plan(genuine.file.plan), [{ ...manifest, custodians: without }]);
    expect(await refusalOf(freshDesk().approve(fewer))).toMatchObject({ code: "SHARE_OTHER_GENERATION" });
  });

  test("with a genesis of the attacker's own", async () => {
    const plan = forger.planFile(forger.plan(genuine.file.plan, { genesis: "ab".repeat(32) }));
    for (const words of [undefined, wordsOf(plan)]) {
      const refusal = await refusalOf(freshDesk().approve(plan, words === undefined ? {} : { words }));
      expect(refusal).toMatchObject({
        code: "SHARE_OTHER_VAULT",
        message: expect.stringContaining("a share of another genesis"),
      });
    }
  });

  test("the right words, from whoever they come: accepted; then the machine knows that host, and no more the other", async () => {
    const machine = await usedDesk();
    const approval = parseApprovalFile(await machine.approve(forged, { words: wordsOf(forged) }), "");
    const digest = planDigest(parsePlanFile(forged).plan);
    using share = (await openSealedShare(approval.share, digest, forger.identity)).share;
    expect(share.x, "which is why the words must be heard from the requester").toBeGreaterThan(0);
    const { hostKey } = genuine.file;
    expect(loadAnchor(machine.state, genuine.file.plan.vault)).toMatchObject({
      hostKey: publicKeyOf(forger.hostKey),
      replaced: [{ hostKey, epoch: genuine.file.plan.epoch }],
    });
    await machine.approve(forger.planFile(forger.plan(genuine.file.plan, { reason: "once more" })));
    for (const words of [undefined, wordsOf(genuine.bytes)]) {
      expect(await refusalOf(machine.approve(genuine.bytes, words === undefined ? {} : { words }))).toEqual({
        code: "PLAN_INVALID",
        message: "plan: from a host that was replaced",
      });
    }
  });

  test("a machine whose share has no pin, a record typed from paper, goes by words only", async () => {
    using document = await made.document("bob");
    const seed = document.custodianSeed;
    const typed = new ShareDocument(document.record, undefined, seed);
    const presented = { document: typed, origin: "typed", claimed: "bob" };
    const desk = { state: freshDesk().state, now: new Date() };
    const approve = (words: string | undefined) => () =>
      void prepareApproval(genuine.file, presented, { ...desk, words, recoverable: false });
    expect(await refusalOf(approve(undefined))).toEqual({
      code: "PLAN_INVALID",
      message: "plan: this machine does not know its host, epoch, manifest of your quorum",
    });
    expect(await refusalOf(approve(wordsOf(genuine.bytes)))).toBe("accepted");
  });
});

describe("S13: a forged request for proofs", () => {
  test("is refused in the same way, and no proof is made", async () => {
    const machine = await usedDesk();
    const message = "request: this machine does not know its host";
    expect(await refusalOf(machine.prove(forgedRequest))).toEqual({ code: "PLAN_INVALID", message });
    const words = digestWords(requestDigest(parseProofRequest(await sendRequest(made))));
    expect(await refusalOf(machine.prove(forgedRequest, { words }))).toMatchObject({ code: "PLAN_INVALID" });
    await machine.prove(forgedRequest, { words: digestWords(requestDigest(parseProofRequest(forgedRequest))) });
  });

  test("of a host key that did not sign its checkpoint, or the request", async () => {
    const { checkpoint } = parseProofRequest(await sendRequest(made));
    expect(await refusalOf(() => parseProofRequest(forger.request(genuine.file.plan.head, { checkpoint })))).toEqual({
      code: "PLAN_INVALID",
      message: "request: its checkpoint is not this host's",
    });
    const hostKey = genuine.file.hostKey;
    expect(await refusalOf(() => parseProofRequest(forger.request(genuine.file.plan.head, { hostKey })))).toEqual({
      code: "PLAN_INVALID",
      message: "request: the host's signature does not verify: the file was altered",
    });
  });
});

describe("S13: the program", () => {
  const BOB = ["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase"];

  /** Run on a machine of bob's; no file is written, and its memory stays as it was. */
  async function refusedWithoutTrace(machine: Desk, ...args: string[]): Promise<Seen> {
    const before = await snapshotOf(made.place.path);
    const seen = await made.place.runWith({ env: { XDG_STATE_HOME: machine.home } }, ...args, ...BOB, "--out", "leak");
    expect(await snapshotOf(made.place.path)).toEqual(before);
    expect(seen.status, seen.toString()).toBe(12);
    expect(seen.stdout).toBe("");
    return seen;
  }

  test.for([{ command: ["plan", "approve", "forged.plan"] }, { command: ["custodian", "prove", "forged.request"] }])(
    "$command: --yes never replaces the words; exit status 12, nothing leaves",
    async ({ command }) => {
      const machine = await usedDesk();
      const none = await refusedWithoutTrace(machine, ...command, "--yes");
      expect(none.stderr).toContain("Call the requester on a number that you know, have the twelve words");
      const words = wordsOf(genuine.bytes);
      const wrong = await refusedWithoutTrace(machine, ...command, "--yes", "--words", words);
      expect(wrong.stderr).toContain("Hear them again; if they differ, do not approve it");
    },
  );

  test("on a terminal, nobody is asked to agree", async () => {
    const env = { XDG_STATE_HOME: freshDesk().home };
    const args = ["plan", "approve", "forged.plan", ...BOB, "--out", "leak"];
    await using terminal = made.place.terminalWith({ env }, ...args);
    await terminal.waitFor("error: plan: this machine does not know its host");
    expect(await terminal.exit).toBe(12);
    expect(terminal.screen()).not.toContain("type yes");
  });

  test("the right words are accepted, and the genuine plan is refused from then on", async () => {
    const env = { XDG_STATE_HOME: freshDesk().home };
    await made.place.write("genuine.plan", genuine.bytes);
    const approve = (plan: string, ...more: string[]) =>
      made.place.runWith({ env }, "plan", "approve", plan, ...BOB, "--yes", "--out", `${plan}.approval`, ...more);
    const accepted = await approve("forged.plan", "--words", wordsOf(forged));
    expect(accepted.status, accepted.toString()).toBe(0);
    const refused = await approve("genuine.plan", "--words", wordsOf(genuine.bytes));
    expect(refused.status).toBe(12);
    expect(refused.stderr).toContain("error: plan: from a host that was replaced");
  });
});
