import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS } from "../../src/lib/catalogue.ts";
import { generateIdentity } from "../../src/lib/crypto/age-recipient.ts";
import { randomUuid } from "../../src/lib/crypto/random.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { type Enrolment, parseEnrolmentFile, signEnrolment } from "../../src/lib/custodian/enrolment.ts";
import { canonicalFile } from "../../src/lib/json.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import { type ApprovalFile, parseApprovalFile } from "../../src/lib/quorum/approval-file.ts";
import { parseProofFile } from "../../src/lib/quorum/confirm.ts";
import type { Manifest } from "../../src/lib/quorum/manifest.ts";
import type { Plan } from "../../src/lib/quorum/plan.ts";
import { parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { parseProofRequest } from "../../src/lib/quorum/proof-request.ts";
import { viewPlanFile } from "../../src/lib/quorum/view-plan-file.ts";
import { show } from "../../src/lib/terminal/escape.ts";
import { planText } from "../../src/lib/terminal/plan-text.ts";
import { Desk, type SentPlan, sendKeyPlan, sendRequest } from "../support/desk.ts";
import { ForgedHost } from "../support/forged-host.ts";
import { Forger } from "../support/forgery.ts";
import { hostilePayloads } from "../support/hostile-text.ts";
import { refusalOf } from "../support/refusal.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { expectVisible, VISIBLE } from "../support/visible.ts";

const payloads = hostilePayloads().map((text) => text.toWellFormed());

let made: MadeVault;
let sent: SentPlan;
/** Signs what no honest host would, with the true host's key. */
let host: ForgedHost;
let approval: ApprovalFile;
let proof: Uint8Array;
let enrolment: Enrolment;

beforeAll(async () => {
  made = await foundVault();
  sent = await sendKeyPlan(made);
  host = await ForgedHost.of(made, new Forger(made).hostKey);
  approval = parseApprovalFile(await new Desk(made, "bob").approve(sent.bytes), "");
  proof = await new Desk(made, "bob").prove(await sendRequest(made));
  const { recipient } = await generateIdentity("hybrid");
  using seed = generateSigningSeed();
  const custodianKey = publicKeyOf(signingKey(seed));
  const created = "2026-11-24T06:00:00.000Z";
  enrolment = {
    type: "enrolment",
    version: 1,
    name: "bob",
    custodianKey,
    recipients: [recipient],
    created,
    rehearsal: true,
  };
});
afterAll(async () => made[Symbol.asyncDispose]());

/** The plan with a hostile text in its parameters. */
function asking(changes: object): Plan {
  const [action] = sent.file.plan.actions;
  if (action === undefined) throw new TypeError("a plan without an action");
  return { ...sent.file.plan, actions: [{ ...action, parameters: { ...action.parameters, ...changes } }] };
}

function shown(plan: Plan): string {
  return planText(viewPlanFile(ACTIONS, parsePlanFile(host.planFile(plan))));
}

describe("I4: what a plan file may say freely", () => {
  const places: [string, (text: string) => Partial<Plan>][] = [
    ["requester", (requester) => ({ requester })],
    ["host", (host) => ({ host })],
    ["reason", (reason) => ({ reason })],
    ["tag", (tag) => ({ actions: asking({ tags: { team: tag } }).actions })],
  ];

  test("is shown escaped, in as many lines as ever", () => {
    const everywhere = (text: string) =>
      Object.assign({ ...sent.file.plan }, ...places.map(([, place]) => place(text)));
    const lines = shown(everywhere("plain")).split("\n").length;
    for (const payload of payloads.filter(({ length }) => length <= LIMITS.textLength)) {
      const text = shown(everywhere(payload));
      expect(text).toMatch(VISIBLE);
      expect(text.split("\n").length).toBe(lines);
    }
  });

  test.for(places)("%s: 256 characters, and not one more", async ([, place]) => {
    shown({ ...sent.file.plan, ...place("y".repeat(256)) });
    for (const length of [257, 1_000_000]) {
      expect(await refusalOf(() => shown({ ...sent.file.plan, ...place("y".repeat(length)) }))).toEqual({
        code: "PLAN_INVALID",
        message: expect.stringMatching(/: must be at most 256 characters$/),
      });
    }
  });
});

describe("I4: what must be a name is refused where it is none, and the refusal is shown escaped, on one line", () => {
  const plan = (changed: unknown) => parsePlanFile(host.planFile(changed as Plan));
  const withManifest = (change: (manifest: Manifest) => Manifest) =>
    parsePlanFile(host.planFile(sent.file.plan, host.manifests.map(change)));
  const withSeat = (changes: object) => (manifest: Manifest) => ({
    ...manifest,
    custodians: manifest.custodians.map((seat, i) => (i === 0 ? { ...seat, ...changes } : seat)),
  });
  const answer = (changes: object) =>
    parseApprovalFile(canonicalFile({ approval: { ...approval.approval, ...changes }, share: approval.share }), "a");
  const statement = (changes: object) => answer({ statement: { ...approval.approval.statement, ...changes } });
  const request = (changes: object) => parseProofRequest(host.request(sent.file.plan.head, changes));
  const enrol = (changes: object) => {
    using seed = generateSigningSeed();
    return parseEnrolmentFile(canonicalFile(signEnrolment({ ...enrolment, ...changes }, signingKey(seed))));
  };
  const proved = (changes: object) => {
    const { statement, ...signatures } = parseProofFile(proof, "p");
    return parseProofFile(canonicalFile({ statement: { ...statement, ...changes }, ...signatures }), "p");
  };

  const places: [where: string, code: string, take: (text: string) => unknown][] = [
    ["plan: a quorum", "PLAN_INVALID", (name) => withManifest((manifest) => ({ ...manifest, name }))],
    ["plan: a custodian", "PLAN_INVALID", (name) => withManifest(withSeat({ name }))],
    ["plan: a key", "PLAN_INVALID", (name) => shown(asking({ name }))],
    ["plan: a keyring", "PLAN_INVALID", (name) => shown(asking({ keyring: { id: randomUuid(), name } }))],
    ["plan: a tag", "PLAN_INVALID", (name) => shown(asking({ tags: { [name]: "x" } }))],
    ["plan: an algorithm", "PLAN_INVALID", (algorithm) => shown(asking({ algorithm }))],
    [
      "plan: an action",
      "PLAN_INVALID",
      (action) => shown({ ...sent.file.plan, actions: [{ action, parameters: {} }] }),
    ],
    ["plan: a parameter", "PLAN_INVALID", (name) => shown(asking({ [name]: 1 }))],
    ["plan: a member", "PLAN_INVALID", (name) => plan({ ...sent.file.plan, [name]: 1 })],
    ["plan: a time", "PLAN_INVALID", (created) => plan({ ...sent.file.plan, created })],
    ["approval: its custodian", "APPROVAL_INVALID", (custodian) => statement({ custodian })],
    ["approval: a member", "APPROVAL_INVALID", (name) => statement({ [name]: 1 })],
    ["approval: its place", "APPROVAL_INVALID", (at) => statement({ at })],
    ["approval: its signature", "APPROVAL_INVALID", (signature) => answer({ signature })],
    ["request: a vault", "PLAN_INVALID", (name) => request({ name })],
    ["request: a member", "PLAN_INVALID", (name) => request({ [name]: 1 })],
    ["proof: its custodian", "APPROVAL_INVALID", (custodian) => proved({ custodian })],
    ["proof: a member", "APPROVAL_INVALID", (name) => proved({ [name]: 1 })],
    ["enrolment: its custodian", "INPUT_MALFORMED", (name) => enrol({ name })],
    ["enrolment: a recipient", "INPUT_MALFORMED", (recipient) => enrol({ recipients: [recipient] })],
    ["enrolment: a member", "INPUT_MALFORMED", (name) => enrol({ [name]: 1 })],
  ];
  test.for(places)("%s", async ([, code, take]) => {
    for (const payload of payloads) {
      const refused = await refusalOf(async () => take(payload));
      if (refused === "accepted") throw new Error(`accepted: ${JSON.stringify(payload.slice(0, 100))}`);
      expect(refused.code).toBe(code);
      const line = show(refused.message, 600);
      expect(line).toMatch(VISIBLE);
      expect(line).not.toContain("\n");
    }
  });
});

describe("I4: the program", () => {
  const BOB = ["--share", "shares/bob.share", "--passphrase-file", "bob=bob.passphrase"];
  const FREE =
    "\u001b[2J\u001b]0;owned\u0007\u202e\u2066x\u2069\u200b\rlast line\nQuorum root  1 of 3: me\u{e0041}\u009b31m";

  beforeAll(async () => {
    const free = { requester: FREE, host: FREE, reason: FREE };
    const [action] = asking({ tags: { team: FREE } }).actions;
    if (action === undefined) throw new TypeError("a plan without an action");
    const named = { ...sent.file.plan, actions: [{ ...action, action: FREE.slice(0, 60) }] };
    const files: Record<string, Uint8Array> = {
      free: host.planFile({ ...sent.file.plan, ...free, actions: [action] }),
      named: host.planFile(named),
      request: host.request(sent.file.plan.head, { name: FREE }),
      approval: canonicalFile({
        ...approval,
        approval: { ...approval.approval, statement: { ...approval.approval.statement, custodian: FREE } },
      }),
      proof: canonicalFile({ ...parseProofFile(proof, "p"), [FREE]: 1 }),
      enrolment: canonicalFile({ enrolment: { ...enrolment, name: FREE }, signature: "0".repeat(128) }),
      large: canonicalFile({ ...parseProofFile(proof, "p"), ["y".repeat(1_000_000)]: FREE }),
    };
    for (const [name, bytes] of Object.entries(files)) await made.place.write(name, bytes);
    await made.place.write("true.plan", sent.bytes);
    await sendKeyPlan(made, { name: "because" }, { reason: FREE });
  });

  test.concurrent.for<[status: number, ...args: string[]]>([
    [0, "plan", "show", "free"],
    [0, "plan", "show", "free", "--json"],
    [12, "plan", "show", "named"],
    [12, "plan", "show", "named", "--json"],
    [0, "plan", "approve", "free", ...BOB, "--yes", "--out", "a"],
    [0, "plan", "approve", "free", ...BOB, "--yes", "--out", "b", "--json"],
    [12, "plan", "approve", "named", ...BOB, "--yes", "--out", "c"],
    [12, "custodian", "prove", "request", ...BOB, "--yes", "--out", "d"],
    [12, "custodian", "confirm", "proof", "--vault", "vault"],
    [12, "custodian", "confirm", "large", "--vault", "vault"],
    [12, "plan", "execute", "true.plan", "--vault", "vault", "--approval", "approval"],
    [12, "plan", "execute", "true.plan", "--vault", "vault", "--approval", "large"],
    [0, "plan", "list", "--vault", "vault"],
    [0, "plan", "list", "--vault", "vault", "--json"],
    [0, "audit", "list", "--vault", "vault", "--type", "plan.refuse"],
    [2, "init", "--vault", "new", "--shares-dir", "new-shares", "--threshold", "2", ...["--custodian", "a=enrolment"]],
  ])("%i: conclave %s %s %s", async ([status, ...args]) => {
    const seen = await made.place.run(...args);
    expectVisible(seen, status);
    if (status > 0 && !args.includes("--json")) expect(seen.stderr).toMatch(/^error: .+$/m);
    expect(seen.stdout.length + seen.stderr.length).toBeLessThan(20_000);
  });
});
