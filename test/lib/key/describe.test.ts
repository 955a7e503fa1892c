import { expect, test } from "vitest";
import { describeKey } from "../../../src/lib/key/describe.ts";
import { listKeys } from "../../../src/lib/key/list.ts";
import { CREATED, id, keyrings } from "../../support/keyrings.ts";

const FIVE = [
  { name: "a" },
  { name: "b", keyring: id(1), state: "suspended" as const },
  { name: "c", version: 2 },
  { name: "d", state: "suspended" as const },
  { name: "e", tags: { team: "cards" }, usages: '["mac"]', exportable: 1 as const, cryptoperiodSeconds: 60 },
];

test("a key is described with all its versions", async () => {
  await using state = await keyrings(FIVE);
  const version = {
    state: "active",
    permits: ["encrypt", "decrypt"],
    created: CREATED,
    changed: CREATED,
    activateAt: null,
    deactivateAt: null,
    compromised: false,
    checkValue: "0123456789",
    fingerprint: null,
    publicKey: null,
    origin: "generated",
    imported: null,
  };
  expect(await describeKey(state, "default/c", CREATED)).toEqual({
    id: id(102),
    name: "c",
    keyring: "default",
    algorithm: "aes-256",
    state: "active",
    usages: ["encrypt", "decrypt"],
    exportable: false,
    tags: {},
    cryptoperiodSeconds: null,
    created: CREATED,
    rotateAt: null,
    imported: null,
    versions: [
      { version: 1, ...version },
      { version: 2, ...version },
    ],
  });
  expect(await describeKey(state, "e", CREATED)).toMatchObject({
    usages: ["mac"],
    exportable: true,
    tags: { team: "cards" },
    cryptoperiodSeconds: 60,
  });
});

test.for([
  { filter: {}, names: ["a", "b", "c", "d", "e"] },
  { filter: { keyring: "cards" }, names: ["b"] },
  { filter: { state: "suspended" as const }, names: ["b", "d"] },
  { filter: { keyring: "default", state: "suspended" as const }, names: ["d"] },
  { filter: { state: "destroyed" as const }, names: [] },
  { filter: { after: id(102) }, names: ["d", "e"] },
  { filter: { after: id(104) }, names: [] },
])("$filter: $names", async ({ filter, names }) => {
  await using state = await keyrings(FIVE);
  const { keys, next } = await listKeys(state, { ...filter, limit: 100 }, CREATED);
  expect(keys.map(({ name }) => name)).toEqual(names);
  expect(next).toBeNull();
});

test("an unknown keyring is an error, not an empty list", async () => {
  await using state = await keyrings(FIVE);
  await expect(listKeys(state, { keyring: "paper", limit: 1 }, CREATED)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test.for([1, 2, 3, 4, 5, 6])("pages of %d give each key once", async (limit) => {
  await using state = await keyrings(FIVE);
  const seen: string[] = [];
  let pages = 0;
  for (let after: string | undefined; ; ) {
    const page = await listKeys(state, { after, limit }, CREATED);
    expect(page.keys.length).toBeLessThanOrEqual(limit);
    seen.push(...page.keys.map(({ name }) => name));
    pages++;
    if (page.next === null) break;
    after = page.next;
  }
  expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  expect(pages, "and no empty page at the end").toBe(Math.ceil(5 / limit));
});

test("pages of a filtered list, too", async () => {
  await using state = await keyrings(FIVE);
  const first = await listKeys(state, { state: "suspended", limit: 1 }, CREATED);
  expect(first).toMatchObject({ keys: [{ name: "b" }], next: id(101) });
  const second = await listKeys(state, { state: "suspended", limit: 1, after: id(101) }, CREATED);
  expect(second).toMatchObject({ keys: [{ name: "d" }], next: null });
});
