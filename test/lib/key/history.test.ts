import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { keyHistory } from "../../../src/lib/key/history.ts";
import { attempt } from "../../support/attempt.ts";
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
      reason: "a test",
      requester: userInfo().username,
      approvedBy: ["alice", "bob"],
      plan,
    },
  ]);
  expect((await keyHistory(vault.reader, "payments")).events).toMatchObject([{ approvedBy: ["carol", "alice"] }]);
  await expect(keyHistory(vault.reader, "nothing")).rejects.toMatchObject({ code: "NOT_FOUND" });
});
