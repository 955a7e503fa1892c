import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cancelGeneration } from "../../../src/lib/quorum/cancel-generation.ts";
import { openVault } from "../../../src/lib/vault/vault.ts";
import { alteredEntry } from "../../support/altered-entry.ts";
import { filesIn } from "../../support/canonical-state.ts";
import { create } from "../../support/key-acts.ts";
import { pendingVault, surroundingsOf } from "../../support/pending.ts";
import {
  cancel,
  confirm,
  createQuorum,
  generationsOf,
  holders,
  peopleOf,
  proofOf,
  prove,
  rekey,
  shareFileOf,
} from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";
import { workspace } from "../../support/workspace.ts";

/** 2 of alice and bob, with a key, and a rekey that alice proved. */
let made: MadeVault;
beforeEach(async () => {
  made = await foundVault({ custodians: ["alice", "bob"] });
  await made.createKey("payments", ["alice", "bob"]);
  await made.performWith(peopleOf(made, holders(["alice", "bob"])), rekey(made));
  await prove(made, "root", ["alice"]);
});
afterEach(() => made[Symbol.asyncDispose]());

test("the one before is in force as it was all the time; nothing of the pending one opens anything or stays", async () => {
  const late = await proofOf(made, { custodian: "bob", generation: 2 });
  expect(await cancel(made)).toMatchObject({ quorum: "root", generation: 2, left: [] });
  expect(await generationsOf(made)).toEqual(["root-1 active"]);
  expect(filesIn(made.place.file("root-2"))).toEqual([]);
  const { keks, generations } = await stateOf(made);
  expect(keks?.map((row) => JSON.parse(row).generation)).toEqual([1]);
  expect(generations?.map((row) => JSON.parse(row).state)).toEqual(["active", "cancelled"]);
  expect(await refusalOf(confirm(made, late))).toEqual({
    code: "APPROVAL_INVALID",
    message: "a.proof, bob's proof: of a generation that was cancelled",
  });
  await made.performWith(peopleOf(made, holders(["alice", "bob"])), create("later"));
  await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
});

test("no ciphertext of the pending generation stays", async () => {
  await cancel(made);
  await using vault = await made.open();
  const blobs = await Array.fromAsync(vault.reader.rows("blobs"));
  expect(blobs.length, "of one KEK, and one key").toBe(2);
});

test("a share file that is not as it was written is left, and named", async () => {
  const changed = shareFileOf(made, { custodian: "bob", generation: 2 });
  await writeFile(changed, "somebody's diary\n");
  expect(await cancel(made)).toMatchObject({ left: [changed] });
  expect(existsSync(changed)).toBe(true);
  expect(existsSync(shareFileOf(made, { custodian: "alice", generation: 2 }))).toBe(false);
});

test("what a crash left of a share file goes with it", async () => {
  await using vault = await made.open();
  await made.place.write(`root-2/.bob.bob.share.${vault.identity.id}`, "half a share");
  await cancel(made);
  expect(filesIn(made.place.file("root-2"))).toEqual([]);
});

test("nothing pending, and no such quorum", async () => {
  await cancel(made);
  expect(await refusalOf(cancel(made))).toEqual({
    code: "REFUSED",
    message: "no generation of quorum root is pending",
  });
  expect(await refusalOf(cancel(made, "payments"))).toEqual({ code: "NOT_FOUND", message: "no quorum payments" });
});

test("a new quorum is forgotten with its only generation", async () => {
  const set = { threshold: 2, custodians: ["dave", "erin"] };
  await made.performWith(peopleOf(made, holders(["alice", "bob"])), createQuorum(made, "cards", set));
  await prove(made, "cards", ["dave"]);
  expect(await cancel(made, "cards")).toMatchObject({ quorum: "cards", generation: 1, left: [] });
  const { quorums, seats } = await stateOf(made);
  expect(quorums?.length).toBe(1);
  expect(seats?.length, "of root's two generations").toBe(4);
  expect(await generationsOf(made)).toEqual(["root-1 active", "root-2 pending"]);
});

test("a vault that is pending itself is for init to remove", async () => {
  await using place = await workspace();
  await pendingVault(place, ["alice"]);
  await using vault = await openVault(place.file("vault"), surroundingsOf(place));
  expect(await refusalOf(cancelGeneration(vault, "root", ""))).toEqual({
    code: "REFUSED",
    message: "the vault itself is pending",
  });
});

test("replay refuses the cancelling of what is in force, or of nothing", async () => {
  await cancel(made);
  expect(await alteredEntry(made, "quorum.cancel", () => {})).toBe("accepted");
  for (const generation of [1, 3]) {
    const refused = await alteredEntry(made, "quorum.cancel", (data) => Object.assign(data, { generation }));
    expect(refused).toMatch(/^INTEGRITY: entry \d+ \(quorum\.cancel\): no such generation is pending$/);
  }
});
