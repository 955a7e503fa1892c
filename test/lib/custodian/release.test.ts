import { expect, test } from "vitest";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { signEnrolment } from "../../../src/lib/custodian/enrolment.ts";
import { verifyHandover } from "../../../src/lib/custodian/handover.ts";
import { releaseSeat } from "../../../src/lib/custodian/release.ts";

const [oldKey, newKey] = [signingKey(generateSigningSeed()), signingKey(generateSigningSeed())];
const pin = {
  vault: "11111111-1111-4111-8111-111111111111",
  genesis: "2".repeat(64),
  epoch: "33333333-3333-4333-8333-333333333333",
  host: "4".repeat(64),
  manifest: "5".repeat(64),
};

function enrolment(name: string, key = newKey) {
  const custodianKey = publicKeyOf(key);
  const created = "2026-11-24T08:00:00.000Z";
  const parts = { type: "enrolment", version: 1, name, custodianKey, recipients: ["age1"], created } as const;
  return signEnrolment({ ...parts, recipients: [...parts.recipients], rehearsal: true }, key);
}

test("the old key signs over the seat of the share", () => {
  const handover = releaseSeat(pin, "bob", enrolment("bob"), oldKey);
  const { vault, genesis, manifest } = pin;
  expect(handover.statement).toMatchObject({ vault, genesis, manifest, custodian: "bob", from: publicKeyOf(oldKey) });
  expect(handover.statement.to).toEqual(enrolment("bob"));
  expect(verifyHandover(handover)).toBe(true);
});

test.for([
  ["enrolment: is carol's, not bob's", enrolment("carol")],
  ["enrolment: is Bob's, not bob's", enrolment("Bob")],
  ["enrolment: of the identity that is to hand over", enrolment("bob", oldKey)],
] as const)("%s", ([message, to]) => {
  expect(() => releaseSeat(pin, "bob", to, oldKey)).toThrow(
    expect.objectContaining({ code: "INPUT_MALFORMED", message }),
  );
});
