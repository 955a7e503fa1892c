import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { timestamp } from "../../../src/lib/clock.ts";
import { randomHex, randomUuid } from "../../../src/lib/crypto/random.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { type Plan, planDigest, planSchema } from "../../../src/lib/quorum/plan.ts";
import { changedAt, leavesOf, otherLeaf } from "../../support/leaves.ts";

const plan: Plan = {
  type: "plan",
  version: 1,
  vault: randomUuid(),
  epoch: randomUuid(),
  genesis: "1".repeat(64),
  id: randomHex(16),
  quorums: [{ id: randomUuid(), name: "root", generation: 1, manifest: "2".repeat(64) }],
  requester: "operator",
  host: "vault-1",
  reason: "because",
  created: timestamp(new Date(0)),
  expires: timestamp(new Date(1)),
  head: { size: 5, root: "3".repeat(64) },
  session: null,
  actions: [{ action: "key.create", parameters: { name: "first", nested: { list: [1, true, null] } } }],
};

test("its digest: SHA-256 of label, NUL and canonical JSON", () => {
  expect(planSchema.parse(plan)).toEqual(plan);
  const digest = createHash("sha256")
    .update(`conclave/plan/v1\0${canonicalJson(plan)}`)
    .digest("hex");
  expect(planDigest(plan)).toBe(digest);
});

test.for(leavesOf(plan))("S8: another %s is another digest", (path) => {
  expect(planDigest(changedAt(plan, path, otherLeaf) as Plan)).not.toBe(planDigest(plan));
});

test("the order of members makes no difference, that of actions does", () => {
  const reordered = Object.fromEntries(Object.entries(plan).toReversed()) as Plan;
  expect(planDigest(reordered)).toBe(planDigest(plan));
  const two = [...plan.actions, { action: "key.create", parameters: { name: "second" } }];
  expect(planDigest({ ...plan, actions: two })).not.toBe(planDigest({ ...plan, actions: two.toReversed() }));
});

test.for<Record<string, unknown>>([
  { type: "approval" },
  { version: 2 },
  { extra: 1 },
  { id: "0".repeat(31) },
  { vault: "7" },
  { quorums: [] },
  { actions: [] },
  { actions: [{ action: "key.create" }] },
  { actions: [{ action: "x".repeat(65), parameters: {} }] },
  { expires: "tomorrow" },
  { head: { size: 0, root: "3".repeat(64) } },
  { session: "age1x" },
  { reason: "r".repeat(257) },
])("a plan with %j is none", (change) => {
  expect(planSchema.safeParse({ ...plan, ...change }).success).toBe(false);
});
