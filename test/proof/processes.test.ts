import { expect, test } from "vitest";
import { canonicalState } from "../support/canonical-state.ts";
import { createArgs, Holder, makeKeysAtOnce, verifiedProjections } from "../support/crowd.ts";
import { publish } from "../support/figures.ts";
import { foundVault } from "../support/vault.ts";

test("H4: 8 processes make 25 keys each at once: none is lost, none doubled", async () => {
  await using made = await foundVault();
  const seen = await makeKeysAtOnce(made, 8, 25);
  const state = await canonicalState(made.path, made.surroundings);
  const keys = state.kind === "in force" ? (state.projections["keys"] ?? []) : [];
  const names = new Set(keys.map((row) => JSON.parse(row).name));
  publish("acts of 8 processes at once", { acts: seen.length, keys: keys.length });
  expect(seen.filter(({ status }) => status !== 0).map(String)).toEqual([]);
  expect([keys.length, names.size]).toEqual([200, 200]);
});

test("H4: 100 holders killed in their transaction are never in the way", async () => {
  await using made = await foundVault();
  const before = await verifiedProjections(made);
  for (let i = 0; i < 100; i++) {
    await using holder = await Holder.of(made.database);
    await holder[Symbol.asyncDispose]();
    expect(await verifiedProjections(made)).toEqual(before);
  }
  expect((await made.place.run(...createArgs(made, "next"))).status).toBe(0);
});
