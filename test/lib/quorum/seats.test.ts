import { describe, expect, test } from "vitest";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../../src/lib/crypto/signature.ts";
import { signEnrolment } from "../../../src/lib/custodian/enrolment.ts";
import { type Handover, signHandover } from "../../../src/lib/custodian/handover.ts";
import { type Manifest, manifestHash } from "../../../src/lib/quorum/manifest.ts";
import { handoversSchema, seatsAfter } from "../../../src/lib/quorum/seats.ts";
import { manifestOf } from "../../support/manifests.ts";

const RECIPIENTS = ["age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z"];
const newSigner = () => signingKey(generateSigningSeed());
const [first, second, third] = [newSigner(), newSigner(), newSigner()];
const refuse = (problem: string) => new Error(problem);

/** custodian-1 has an own key, `first`. */
const manifest: Manifest = (() => {
  const { custodians, ...rest } = manifestOf(3);
  const own = { key: "own", custodianKey: publicKeyOf(first), recipients: RECIPIENTS } as const;
  return {
    ...rest,
    custodians: custodians.map((seat, i) => (i === 1 ? { ...seat, ...own, recipients: [...RECIPIENTS] } : seat)),
  };
})();

function handover(from = first, to = second, custodian = "custodian-1"): Handover {
  const created = "2026-11-24T08:00:00.000Z";
  const custodianKey = publicKeyOf(to);
  const parts = { type: "enrolment", version: 1, name: custodian, custodianKey, created, rehearsal: true } as const;
  const enrolment = signEnrolment({ ...parts, recipients: [...RECIPIENTS] }, to);
  const { vault } = manifest;
  const place = { vault, genesis: "0".repeat(64), manifest: manifestHash(manifest), custodian };
  return signHandover({ type: "handover", version: 1, ...place, from: publicKeyOf(from), to: enrolment }, from);
}

describe("the seats of a manifest after handovers", () => {
  test("none: those of the manifest", () => {
    expect(seatsAfter(manifest, [], refuse)).toEqual(manifest.custodians);
  });

  test("one after the other, each by the key before; nobody else's seat changes, and no share", () => {
    const seats = seatsAfter(manifest, [handover(), handover(second, third), handover(third, first)], refuse);
    expect(seats).toEqual(manifest.custodians.map((seat, i) => (i === 1 ? { ...seat, enrolment: "checked" } : seat)));
    const [, one] = seatsAfter(manifest, [handover(), handover(second, third)], refuse);
    expect(one?.custodianKey).toBe(publicKeyOf(third));
    expect(one?.shareKey).toBe(manifest.custodians[1]?.shareKey);
  });

  test.for([
    ["in another order", [handover(second, third), handover()], "by a key that does not speak for the seat"],
    ["one of them left out", [handover(), handover(third, first)], "by a key that does not speak for the seat"],
    ["the same twice", [handover(), handover()], "by a key that does not speak for the seat"],
    ["of nobody here", [handover(first, second, "mallory")], "not a custodian of quorum root"],
    [
      "of another's seat",
      [handover(first, second, "custodian-0")],
      "its key lies in the share: a rekey with an enrolment is the way",
    ],
  ] as const)("%s: refused", ([, handovers, problem]) => {
    expect(() => seatsAfter(manifest, handovers, refuse)).toThrow(new RegExp(`^handover of \\S+: ${problem}$`));
  });
});

test("1,024 handovers of one generation, no more", () => {
  const one = handover();
  expect(handoversSchema.safeParse(Array(1024).fill(one)).success).toBe(true);
  expect(handoversSchema.safeParse(Array(1025).fill(one)).success).toBe(false);
});
