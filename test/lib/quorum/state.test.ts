import { afterAll, beforeAll, expect, test } from "vitest";
import { describeQuorum, listQuorums } from "../../../src/lib/quorum/describe-quorum.ts";
import {
  currentGenerations,
  everyGeneration,
  pendingGeneration,
  quorumInForce,
  requireQuorum,
  rootQuorum,
  unprovedSeats,
} from "../../../src/lib/quorum/state.ts";
import type { Vault } from "../../../src/lib/vault/vault.ts";
import { cancel, holders, peopleOf, prove, rekey } from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** root: 1 replaced, 2 cancelled, 3 in force, 4 pending. */
let made: MadeVault;
let vault: Vault;
beforeAll(async () => {
  made = await foundVault();
  const act = (generation: number, custodians: readonly string[], of = ["alice", "bob"]) =>
    made.performWith(peopleOf(made, holders(of, generation)), rekey(made, { custodians }));
  await act(1, ["alice", "bob"]);
  await cancel(made);
  await made.performWith(peopleOf(made, holders(["alice", "bob"])), rekey(made, { custodians: ["alice", "bob"] }));
  await prove(made);
  await act(3, ["alice", "bob", "dave"]);
  await prove(made, "root", ["alice"]);
  vault = await made.open();
});
afterAll(async () => {
  await vault[Symbol.asyncDispose]();
  await made[Symbol.asyncDispose]();
});

test("every generation that there ever was, and what became of it", async () => {
  const said = (all: { generation: number; state: string }[]) =>
    all.map(({ generation, state }) => `${generation} ${state}`);
  expect(said(await everyGeneration(vault.reader))).toEqual(["1 replaced", "2 cancelled", "3 active", "4 pending"]);
  expect(said(await currentGenerations(vault.reader))).toEqual(["3 active", "4 pending"]);
  const { id } = await rootQuorum(vault.reader);
  expect((await quorumInForce(vault.reader, id)).generation).toBe(3);
  expect((await pendingGeneration(vault.reader, id))?.generation).toBe(4);
  expect(await unprovedSeats(vault.reader, id, 4)).toEqual(["bob", "dave"]);
  expect(await unprovedSeats(vault.reader, id, 3)).toEqual([]);
});

test("each names the one before it by its manifest's hash; a cancelled one is not skipped in the numbers only", async () => {
  const [one, two, three, four] = await everyGeneration(vault.reader);
  expect([one, two, three, four].map((generation) => generation?.manifest.previous)).toEqual([
    null,
    one?.manifestHash,
    one?.manifestHash,
    three?.manifestHash,
  ]);
});

test("a quorum as people see it", async () => {
  const root = await describeQuorum(vault.reader, "root");
  expect(root.keyrings).toEqual(["default"]);
  expect(root.generations.map(({ state, activated }) => `${state} ${activated === null ? "never" : "once"}`)).toEqual([
    "replaced once",
    "cancelled never",
    "active once",
    "pending never",
  ]);
  expect(new Set(root.custodians.map(({ name, generation }) => `${name} ${generation}`))).toEqual(
    new Set(["alice 3", "bob 3", "alice 4", "bob 4", "dave 4"]),
  );
  expect((await listQuorums(vault.reader)).map(({ name }) => name)).toEqual(["root"]);
  expect(await refusalOf(requireQuorum(vault.reader, "Root"))).toEqual({
    code: "NOT_FOUND",
    message: "no quorum Root",
  });
});
