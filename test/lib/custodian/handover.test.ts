import { describe, expect, test } from "vitest";
import { labelled } from "../../../src/lib/crypto/labels.ts";
import { generateSigningSeed, publicKeyOf, sign, signingKey } from "../../../src/lib/crypto/signature.ts";
import { signEnrolment } from "../../../src/lib/custodian/enrolment.ts";
import { handoverSchema, signHandover, verifyHandover } from "../../../src/lib/custodian/handover.ts";
import { canonicalJson } from "../../../src/lib/json.ts";
import { changedAt, leavesOf, otherLeaf } from "../../support/leaves.ts";

const [oldKey, newKey] = [signingKey(generateSigningSeed()), signingKey(generateSigningSeed())];
const to = signEnrolment(
  {
    type: "enrolment",
    version: 1,
    name: "bob",
    custodianKey: publicKeyOf(newKey),
    recipients: ["age1bob"],
    created: "2026-11-24T08:00:00.000Z",
    rehearsal: true,
  },
  newKey,
);
const statement = {
  type: "handover" as const,
  version: 1 as const,
  vault: "11111111-1111-4111-8111-111111111111",
  genesis: "2".repeat(64),
  manifest: "3".repeat(64),
  custodian: "bob",
  from: publicKeyOf(oldKey),
  to,
};

describe("it is by the key that hands over, of this seat, to this enrolment", () => {
  const handover = signHandover(statement, oldKey);

  test("as it was signed", () => {
    expect(handoverSchema.parse(handover)).toEqual(handover);
    expect(verifyHandover(handover)).toBe(true);
  });

  test.for(leavesOf(statement))("statement.%s changed", (path) => {
    const changed = changedAt(handover, ["statement", ...path], otherLeaf) as typeof handover;
    expect(verifyHandover(changed)).toBe(false);
  });

  test("signed by the key that takes over", () => {
    expect(verifyHandover(signHandover(statement, newKey))).toBe(false);
  });

  test("the signature of the same text under another label", () => {
    const signature = sign(oldKey, labelled("proof", canonicalJson(statement)));
    expect(verifyHandover({ statement, signature })).toBe(false);
  });
});

test.for<Record<string, unknown>>([
  { type: "proof" },
  { version: 2 },
  { vault: "11" },
  { manifest: "3".repeat(63) },
  { custodian: "../bob" },
  { from: "0" },
  { to: {} },
  { extra: 1 },
])("a statement with %j is none", (change) => {
  const handover = { statement: { ...statement, ...change }, signature: "0".repeat(128) };
  expect(handoverSchema.safeParse(handover).success).toBe(false);
});
