import { describe, expect, test } from "vitest";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { keyExport } from "../../../src/lib/key/export.ts";
import { recipientFingerprints, recipientSchema } from "../../../src/lib/key/export-recipient.ts";
import { bindAction } from "../../../src/lib/quorum/action.ts";
import { AGE_RECIPIENTS, EXPORT_SAMPLES, RSA_KEYS } from "../../support/export-samples.ts";
import { changedAt, leavesOf } from "../../support/leaves.ts";

const refuse = (problem: string) => new Error(problem);
const rendered = (parameters: Record<string, unknown>) =>
  JSON.stringify(bindAction(ACTIONS, { action: keyExport.name, parameters }, refuse).render());

describe("every member of every kind of recipient is shown to those who approve", () => {
  const cases = Object.entries(EXPORT_SAMPLES).flatMap(([kind, { parameters, others, fixed }]) =>
    leavesOf(parameters)
      .map((path) => ({ kind, path, place: path.join("."), parameters, others, fixed }))
      .filter(({ place }) => !fixed.some((end) => place.endsWith(end))),
  );
  test.for(cases)("$kind: $place", ({ path, place, parameters, others }) => {
    expect(others, "another value is given").toHaveProperty([place]);
    const changed = changedAt(parameters, path, () => (others as Record<string, unknown>)[place]);
    expect(rendered(changed as Record<string, unknown>)).not.toBe(rendered(parameters));
  });
});

test("each kind has another fingerprint for another recipient", () => {
  const prints = [
    ...AGE_RECIPIENTS.map((recipient) => ({ kind: "age" as const, recipients: [recipient] })),
    ...RSA_KEYS.map((publicKey) => ({ kind: "rsa" as const, mechanism: "rsa-oaep" as const, publicKey })),
  ].map((to) => recipientFingerprints(to).join());
  expect(new Set(prints).size).toBe(4);
  expect(prints.every((print) => /^[0-9a-f]{64}$/.test(print))).toBe(true);
  expect(recipientFingerprints({ kind: "passphrase" })).toEqual([]);
});

describe("in a plan stand sound recipients only", () => {
  const request = EXPORT_SAMPLES.vault.parameters.to.request;
  test.for([
    { what: "no recipient", to: { kind: "age", recipients: [] } },
    { what: "nine recipients", to: { kind: "age", recipients: Array.from({ length: 9 }, () => AGE_RECIPIENTS[0]) } },
    { what: "one twice", to: { kind: "age", recipients: [AGE_RECIPIENTS[0], AGE_RECIPIENTS[0]] } },
    { what: "a typo", to: { kind: "age", recipients: [`${AGE_RECIPIENTS[0]}q`] } },
    { what: "an identity", to: { kind: "age", recipients: ["AGE-SECRET-KEY-1QQQ"] } },
    { what: "another member", to: { kind: "passphrase", passphrase: "x" } },
    { what: "another mechanism", to: { kind: "rsa", mechanism: "pkcs1", publicKey: RSA_KEYS[0] } },
    { what: "a key with a line before", to: { kind: "rsa", mechanism: "rsa-oaep", publicKey: `\n${RSA_KEYS[0]}` } },
    { what: "another kind", to: { kind: "clear" } },
    { what: "a request without words", to: { kind: "vault", request } },
    {
      what: "a request of another key",
      to: { kind: "vault", words: "checked", request: { ...request, publicKey: "" } },
    },
    {
      what: "a request of another type",
      to: { kind: "vault", words: "checked", request: { ...request, type: "request" } },
    },
  ])("$what", ({ to }) => {
    expect(recipientSchema.safeParse(to).success).toBe(false);
  });

  test("and these", () => {
    for (const { parameters } of Object.values(EXPORT_SAMPLES))
      expect(recipientSchema.safeParse(parameters.to).success).toBe(true);
  });
});
