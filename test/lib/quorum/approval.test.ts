import type { KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { timestamp } from "../../../src/lib/clock.ts";
import { labelled } from "../../../src/lib/crypto/labels.ts";
import { randomUuid } from "../../../src/lib/crypto/random.ts";
import { generateSigningSeed, publicKeyOf, sign, signingKey } from "../../../src/lib/crypto/signature.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import {
  type ApprovalStatement,
  approvalSchema,
  signApproval,
  verifyApproval,
} from "../../../src/lib/quorum/approval.ts";
import { changedAt, leavesOf, otherLeaf } from "../../support/leaves.ts";

const statement: ApprovalStatement = {
  type: "approval",
  version: 1,
  vault: randomUuid(),
  epoch: randomUuid(),
  plan: "1".repeat(64),
  custodian: "alice",
  quorum: randomUuid(),
  generation: 1,
  key: "custodian",
  at: "host",
  time: timestamp(new Date(0)),
  seen: { size: 5, root: "2".repeat(64) },
  sealed: null,
};
const key = signingKey(generateSigningSeed());
const shareKey = signingKey(generateSigningSeed());

function seatOf(custodianKey: KeyObject): { custodianKey: string; shareKey: string } {
  return { custodianKey: publicKeyOf(custodianKey), shareKey: publicKeyOf(shareKey) };
}

test("a recovery's approval verifies under its share key only", () => {
  const approval = signApproval({ ...statement, key: "share" }, shareKey);
  expect(verifyApproval(approval, seatOf(key))).toBe(true);
  expect(verifyApproval(signApproval({ ...statement, key: "share" }, key), seatOf(key))).toBe(false);
  expect(verifyApproval(signApproval(statement, shareKey), seatOf(key))).toBe(false);
});

test("an approval verifies under its custodian's key only", () => {
  const approval = signApproval(statement, key);
  expect(approvalSchema.parse(approval)).toEqual(approval);
  expect(verifyApproval(approval, seatOf(key))).toBe(true);
  expect(verifyApproval(approval, seatOf(signingKey(generateSigningSeed())))).toBe(false);
});

describe("S18: it is for this plan, of this epoch, by this custodian, alone", () => {
  const approval = signApproval(statement, key);
  test.for(leavesOf(statement))("statement.%s changed", (path) => {
    const changed = changedAt(approval, ["statement", ...path], otherLeaf) as typeof approval;
    expect(verifyApproval(changed, seatOf(key))).toBe(false);
  });

  test("the signature of the same text under another label", () => {
    const signature = sign(key, labelled("proof", canonicalJson(statement)));
    expect(verifyApproval({ statement, signature }, seatOf(key))).toBe(false);
  });

  test("a flipped bit of the signature", () => {
    const signature = (approval.signature.startsWith("0") ? "1" : "0") + approval.signature.slice(1);
    expect(verifyApproval({ ...approval, signature }, seatOf(key))).toBe(false);
  });
});

test.for<Record<string, unknown>>([
  { type: "proof" },
  { version: 2 },
  { key: "host" },
  { at: "home" },
  { plan: "1".repeat(63) },
  { generation: 0 },
  { custodian: "../alice" },
  { time: "1970-01-01" },
  { seen: { size: 0, root: "2".repeat(64) } },
  { extra: 1 },
])("a statement with %j is none", (change) => {
  const approval = { statement: { ...statement, ...change }, signature: "0".repeat(128) };
  expect(approvalSchema.safeParse(approval).success).toBe(false);
});
