import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ALGORITHM_NAMES, ALGORITHMS } from "../../../src/lib/key/algorithm.ts";
import { keyCreate } from "../../../src/lib/key/create.ts";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { fingerprint } from "../../../src/lib/key/fingerprint.ts";
import type { NewKeyParameters } from "../../../src/lib/key/new-key.ts";
import { CREATED, id, keyrings } from "../../support/keyrings.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const PARAMETERS: NewKeyParameters = {
  keyring: { id: id(2), name: "default" },
  name: "first",
  algorithm: "aes-256",
  usages: ["encrypt", "decrypt"],
  exportable: false,
  tags: {},
  cryptoperiodSeconds: null,
  state: "active",
  activateAt: null,
  deactivateAt: null,
};

describe("what is checked", () => {
  test.for([
    { given: {}, code: undefined, says: undefined },
    { given: { keyring: { id: id(3), name: "default" } }, code: "NOT_FOUND", says: /no keyring default with id/ },
    { given: { keyring: { id: id(1), name: "default" } }, code: "NOT_FOUND", says: /no keyring default with id/ },
    { given: { usages: ["encrypt", "mac"] as const }, code: "USAGE", says: /one aes-256 key serves one purpose/ },
    { given: { name: "payments" }, code: "EXISTS", says: /key default\/payments exists already/ },
    { given: { name: "payments", keyring: { id: id(1), name: "cards" } }, code: undefined, says: undefined },
  ])("$given: $code", async ({ given, code, says }) => {
    await using state = await keyrings([{ name: "payments" }]);
    const checked = keyCreate.check(
      { ...PARAMETERS, ...given, usages: [...(given.usages ?? PARAMETERS.usages)] },
      state,
      CREATED,
    );
    if (code === undefined) await checked;
    else await expect(checked).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  });

  test("a name is given once, also where the key was destroyed", async () => {
    await using state = await keyrings([{ name: "payments", state: "destroyed" }]);
    await expect(keyCreate.check({ ...PARAMETERS, name: "payments" }, state, CREATED)).rejects.toMatchObject({
      code: "EXISTS",
    });
  });
});

test("the keyring's quorum must approve; without a keyring, no quorum is found", async () => {
  await using state = await keyrings([]);
  expect(await keyCreate.quorums(PARAMETERS, state)).toEqual([id(9)]);
  expect(await keyCreate.quorums({ ...PARAMETERS, keyring: { id: id(3), name: "x" } }, state)).toEqual([]);
});

describe("parameters", () => {
  test.for([
    { what: "an unknown member", given: { extra: 1 } },
    { what: "another algorithm", given: { algorithm: "des" } },
    { what: "no usage", given: { usages: [] } },
    { what: "a hostile name", given: { name: "../first" } },
    { what: "a hostile tag", given: { tags: { "a b": "x" } } },
    { what: "a cryptoperiod of 0", given: { cryptoperiodSeconds: 0 } },
    { what: "half a second", given: { cryptoperiodSeconds: 0.5 } },
    { what: "exportable as a word", given: { exportable: "no" } },
    { what: "another state", given: { state: "suspended" } },
    { what: "no time", given: { activateAt: "tomorrow" } },
    { what: "a time without milliseconds", given: { deactivateAt: "2027-01-31T12:00:00Z" } },
  ])("$what is refused", ({ given }) => {
    expect(keyCreate.parameters.safeParse({ ...PARAMETERS, ...given }).success).toBe(false);
    expect(keyCreate.parameters.safeParse(PARAMETERS).success).toBe(true);
  });
});

describe("each algorithm, made by a quorum", () => {
  let made: MadeVault;
  beforeAll(async () => {
    made = await foundVault();
  });
  afterAll(async () => made[Symbol.asyncDispose]());

  test.for(ALGORITHM_NAMES)("%s", async (algorithm) => {
    const { entries } = await made.createKey(algorithm, ["carol", "alice"], algorithm);
    expect(entries.length).toBe(2);
    await using vault = await made.open();
    const key = await describeKey(vault.reader, algorithm, CREATED);
    expect(key).toMatchObject({ algorithm, state: "active", usages: [...ALGORITHMS[algorithm].purposes[0]] });
    const [version] = key.versions;
    const isSymmetric = /^(?:aes|hmac|secret)-/.test(algorithm);
    expect(version?.checkValue === null).toBe(!isSymmetric);
    expect(version?.publicKey === null).toBe(isSymmetric);
    const { publicKey } = ALGORITHMS[algorithm];
    if (publicKey !== null) expect(version?.fingerprint).toBe(fingerprint(version?.publicKey ?? "", publicKey));
    expect((await made.verify()).result).toBe("VERIFIED");
  });
});

test("what is generated signs, and its public key verifies", () => {
  for (const algorithm of ["rsa-3072", "ec-p256", "ed25519", "ml-dsa-65"] as const) {
    const { material, publicKey } = ALGORITHMS[algorithm].generate();
    const key = createPrivateKey({ key: Buffer.from(material.reveal()), format: "der", type: "pkcs8" });
    const digest = algorithm === "rsa-3072" || algorithm === "ec-p256" ? "sha256" : null;
    const signature = sign(digest, utf8("a message"), key);
    expect(
      verify(digest, utf8("a message"), createPublicKey(publicKey ?? ""), signature),
      `a signature by ${algorithm}`,
    ).toBe(true);
  }
});
