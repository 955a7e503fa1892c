import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeySummary } from "../../../src/lib/key/describe.ts";
import { type KeyFilter, listKeys } from "../../../src/lib/key/list.ts";
import { KEY_STATES, stateAt } from "../../../src/lib/key/state.ts";
import type { Storage } from "../../../src/lib/storage/storage.ts";
import type { Row } from "../../../src/lib/storage/tables.ts";
import { create, createKeyring, move, rotate, together } from "../../support/key-acts.ts";
import { manyKeys, month, tablesOf, tagsOf } from "../../support/many-keys.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const DAY = 86_400_000;
const START = Date.now();
/** RFC 3339, so many days after the vault was made. */
const day = (days: number) => new Date(START + days * DAY).toISOString();

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  await made.perform(createKeyring("cards"));
  const kinds = Array.from({ length: 12 }, (_, i) => ({
    ...(i % 3 === 0 && { activateAt: day(1 + i) }),
    ...(i % 4 === 0 && { deactivateAt: day(20 + i) }),
    ...(i % 2 === 0 && { cryptoperiod: `${5 + i}d` }),
    tag: [`team=${i % 3 === 0 ? "a" : "b"}`, ...(i % 5 === 0 ? ["cost=7"] : [])],
  }));
  for (const keyring of ["default", "cards"]) {
    await made.perform(together(...kinds.map((kind, i) => create(`${keyring}/k${i}`, kind))));
  }
  await made.perform(
    together(
      ...["default/k1", "cards/k2"].map((name) => move("suspend", name)),
      ...["default/k4", "cards/k5"].map((name) => move("compromise", name)),
      ...["default/k7", "cards/k8"].map((name) => move("destroy", name)),
      rotate("cards/k10"),
    ),
  );
});
afterAll(() => made[Symbol.asyncDispose]());

/** All keys, page by page. */
async function pages(filter: Omit<KeyFilter, "limit">, limit: number, time: string): Promise<KeySummary[]> {
  await using vault = await made.open();
  const all: KeySummary[] = [];
  for (let after: string | undefined; ; ) {
    const { keys, next } = await listKeys(vault.reader, { ...filter, after, limit }, time);
    expect(keys.length).toBeLessThanOrEqual(limit);
    all.push(...keys);
    if (next === null) return all;
    expect(keys).toHaveLength(limit);
    expect(next).toBe(keys.at(-1)?.id);
    after = next;
  }
}

const FILTERS: readonly Omit<KeyFilter, "limit">[] = [undefined, "cards"].flatMap((keyring) =>
  [undefined, { name: "team", value: "a" }, { name: "cost", value: "7" }, { name: "team", value: "none" }].flatMap(
    (tag) => [undefined, ...KEY_STATES].flatMap((state) => [false, true].map((due) => ({ keyring, tag, state, due }))),
  ),
);

describe("every filter with every other lets through what it says, whatever the size of a page", () => {
  test.for([0.5, 8, 15, 40])("after %d days", async (days) => {
    const time = day(days);
    const all = await pages({}, 1000, time);
    expect(all).toHaveLength(24);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted());
    await using vault = await made.open();
    const due = new Set<string>();
    for (const { id, state } of all) {
      const rotateAt = (await vault.reader.find("keys", { id }))?.rotateAt ?? null;
      if (state === "active" && rotateAt !== null && rotateAt <= time) due.add(id);
    }
    for (const filter of FILTERS) {
      const wanted = all.filter(
        (key) =>
          (filter.keyring === undefined || key.keyring === filter.keyring) &&
          (filter.tag === undefined || key.tags[filter.tag.name] === filter.tag.value) &&
          (filter.state === undefined || key.state === filter.state) &&
          (!filter.due || due.has(key.id)),
      );
      for (const limit of [1, 5, 1000]) expect(await pages(filter, limit, time)).toEqual(wanted);
    }
  });
});

test("a keyring that is not", async () => {
  expect(await refusalOf(pages({ keyring: "none" }, 10, day(0)))).toEqual({
    code: "NOT_FOUND",
    message: "no keyring none",
  });
});

/** More in one state, with one date and with one tag than are sorted at once. */
const MANY = 12_000;

test("filters let through the same keys, however many they are", { timeout: 60_000 }, async () => {
  const keys = manyKeys(MANY);
  await using storage = await tablesOf(keys);
  const tags = [undefined, { name: "env", value: "prod" }, { name: "owner", value: "finance" }];
  for (const time of [month(1), month(3), month(6)]) {
    for (const state of [undefined, ...KEY_STATES]) {
      for (const keyring of [undefined, "large", "small"]) {
        for (const tag of tags) {
          for (const due of [false, true]) await check(storage, keys, { state, keyring, tag, due }, time);
        }
      }
    }
  }
});

async function check(
  storage: Storage,
  keys: readonly Row<"keys">[],
  filter: Omit<KeyFilter, "limit" | "after">,
  time: string,
): Promise<void> {
  const { state, keyring, tag, due } = filter;
  const wanted = keys
    .filter((key) => state === undefined || stateAt(key, time) === state)
    .filter((key) => keyring === undefined || key.keyring === keyring)
    .filter((key) => tag === undefined || tagsOf(key)[tag.name] === tag.value)
    .filter((key) => due !== true || (stateAt(key, time) === "active" && key.rotateAt !== null && key.rotateAt <= time))
    .map(({ id }) => id);
  const middle = wanted[Math.floor(wanted.length / 2)];
  for (const after of [undefined, middle]) {
    const page = await listKeys(storage, { ...filter, after, limit: 5 }, time);
    const rest = after === undefined ? wanted : wanted.slice(wanted.indexOf(after) + 1);
    expect(page.keys.map(({ id }) => id)).toEqual(rest.slice(0, 5));
    expect(page.next).toBe(rest.length > 5 ? rest[4] : null);
  }
}
