import { expect, test } from "vitest";
import { type KeyRequest, planKeyCreate } from "../../../src/lib/key/request.ts";
import { id, keyrings } from "../../support/keyrings.ts";
import { PLAIN_KEY } from "../../support/vault.ts";

const AES: KeyRequest = { ...PLAIN_KEY, name: "first", algorithm: "aes-256" };

test.for<{ given: Partial<KeyRequest>; parameters: Record<string, unknown> }>([
  { given: {}, parameters: { keyring: { id: id(2), name: "default" }, name: "first", usages: ["encrypt", "decrypt"] } },
  { given: { name: "cards/first" }, parameters: { keyring: { id: id(1), name: "cards" }, name: "first" } },
  { given: { keyring: "cards" }, parameters: { keyring: { id: id(1), name: "cards" } } },
  { given: { name: "default/first", keyring: "cards" }, parameters: { keyring: { id: id(2), name: "default" } } },
  { given: { usages: ["unwrap", "wrap", "unwrap"] }, parameters: { usages: ["wrap", "unwrap"] } },
  { given: { algorithm: "ed25519" }, parameters: { usages: ["sign", "verify"] } },
  { given: { cryptoperiod: "1y" }, parameters: { cryptoperiodSeconds: 31_536_000 } },
  { given: { exportable: true }, parameters: { exportable: true } },
  {
    given: { tag: ["team=cards", "cost=7=8", "empty="] },
    parameters: { tags: { team: "cards", cost: "7=8", empty: "" } },
  },
  { given: { tag: ["constructor=x", "toString=y"] }, parameters: { tags: { constructor: "x", toString: "y" } } },
])("$given", async ({ given, parameters }) => {
  await using state = await keyrings([]);
  const planned = await planKeyCreate(state, { ...AES, ...given });
  expect(planned.action).toBe("key.create");
  expect(planned.parameters).toMatchObject(parameters);
});

test.for([
  { given: { name: "a b" }, code: "USAGE", says: /"a b" is not a key's name/ },
  { given: { keyring: "paper" }, code: "NOT_FOUND", says: /no keyring paper/ },
  { given: { tag: ["team"] }, code: "USAGE", says: /--tag must be NAME=VALUE/ },
  { given: { tag: ["=x"] }, code: "USAGE", says: /--tag must be NAME=VALUE/ },
  { given: { tag: ["__proto__=x"] }, code: "USAGE", says: /--tag must be NAME=VALUE/ },
  { given: { tag: ["a=1", "a=1"] }, code: "USAGE", says: /--tag given twice/ },
  { given: { cryptoperiod: "soon" }, code: "USAGE", says: /--cryptoperiod soon: wanted a number/ },
])("$given is refused: $code", async ({ given, code, says }) => {
  await using state = await keyrings([]);
  const refusal = { code, message: expect.stringMatching(says) };
  await expect(planKeyCreate(state, { ...AES, ...given })).rejects.toMatchObject(refusal);
});
