import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { keyHistory } from "../../../src/lib/key/history.ts";
import { attempt } from "../../support/attempt.ts";
import { create, move, rotate, together, update } from "../../support/key-acts.ts";
import { foundVault } from "../../support/vault.ts";

test("a key's story: its own acts only, with who approved them and why; refusals change nothing", async () => {
  await using made = await foundVault();
  await made.createKey("payments", ["carol", "alice"]);
  expect(await attempt(made, made.interaction("bob"), "pension")).toMatchObject({ code: "QUORUM_NOT_MET" });
  const { entries, plan } = await made.createKey("pension", ["alice", "bob"]);

  await using vault = await made.open();
  const { key, keyring, events } = await keyHistory(vault.reader, "default/pension");
  expect([key, keyring]).toEqual(["pension", "default"]);
  expect(events).toEqual([
    {
      sequence: entries[1],
      time: expect.stringMatching(/Z$/),
      action: "key.create",
      versions: [1],
      reason: "a test",
      requester: userInfo().username,
      approvedBy: ["alice", "bob"],
      plan,
    },
  ]);
  expect((await keyHistory(vault.reader, "payments")).events).toMatchObject([{ approvedBy: ["carol", "alice"] }]);
  await expect(keyHistory(vault.reader, "nothing")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a key's whole life: each act with the versions that it made or changed", async () => {
  await using made = await foundVault();
  await made.perform(together(create("k"), create("other")));
  const acts = [rotate("k"), rotate("k"), move("suspend", "k"), move("resume", "k"), move("compromise", "k", 2)];
  for (const act of acts) await made.perform(act);
  await made.perform(together(move("destroy", "other"), update("k", { name: "renamed" })));
  await made.perform(move("destroy", "renamed"));
  await using vault = await made.open();
  const { events } = await keyHistory(vault.reader, "renamed");
  expect(events.map(({ action, versions }) => `${action} ${versions.join()}`.trim())).toEqual([
    "key.create 1",
    "key.rotate 2",
    "key.rotate 3",
    "key.suspend 1,2,3",
    "key.resume 1,2,3",
    "key.compromise 2",
    "key.update",
    "key.destroy 1,2,3",
  ]);
});
