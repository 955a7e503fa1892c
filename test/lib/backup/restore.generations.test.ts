import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { hashBackup, readBackupHead } from "../../../src/lib/backup/backup-file.ts";
import { listBackups } from "../../../src/lib/backup/list.ts";
import { planBackupVerify } from "../../../src/lib/backup/verify-action.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { backUpFile, emptyHost, restore } from "../../support/backups.ts";
import { create } from "../../support/key-acts.ts";
import { generationsOf, holders, peopleOf, prove, rekey } from "../../support/quorum-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { rekeyedVault } from "../../support/rekeyed.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const inRoom = (made: MadeVault, generation: number) => peopleOf(made, holders(["alice", "bob"], generation));

async function proveDeep(made: MadeVault, path: string, generation: number) {
  made.surroundings.inputs = [path];
  await using vault = await made.open();
  const actions = [planBackupVerify(hashBackup(path), "a.backup")];
  const prepared = await preparePlan(vault, ACTIONS, { actions, reason: "a drill" });
  return await executePlan(vault, prepared, inRoom(made, generation));
}

test("backups of an older generation open with its shares, and with no others; the list marks them", async () => {
  await using made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  const older = await backUpFile(made);
  await made.performWith(peopleOf(made, holders(["alice", "bob", "carol"])), rekey(made));
  await prove(made);
  const newer = await backUpFile(made);
  {
    await using vault = await made.open();
    const listed = await listBackups(vault, dirname(newer));
    expect(listed.map(({ generation, replaced }) => [generation, replaced])).toEqual([
      [1, true],
      [2, false],
    ]);
  }
  for (const [path, generation] of [
    [older, 1],
    [newer, 2],
  ] as const) {
    await using host = await emptyHost(made);
    const others = inRoom(made, 3 - generation);
    others.patient = false;
    expect(await refusalOf(() => restore(host, path, { people: others }))).toMatchObject({
      code: "SHARE_OTHER_GENERATION",
    });
    await restore(host, path, { people: inRoom(made, generation) });
    expect((await host.verify()).result).toBe("VERIFIED");
    expect(await generationsOf(host)).toEqual([`root-${generation} active`]);
  }
  expect(await refusalOf(() => proveDeep(made, older, 2))).toMatchObject({
    code: "REFUSED",
    message: "opened by generation 1 of quorum root, now it is 2",
  });
  expect((await proveDeep(made, newer, 2)).effects).toMatchObject([
    { action: "backup.verify", data: { materials: 1 } },
  ]);
});

describe("a vault of several quorums, with generations that are pending", () => {
  test("the root quorum restores it: what it can't open is hash checked, what was pending is cancelled", async () => {
    await using made = await rekeyedVault();
    await made.performWith(
      peopleOf(made, holders(["erin", "frank"], 1, "payments")),
      create("pin", { keyring: "cards" }),
    );
    await made.performWith(inRoom(made, 2), create("web"));
    expect(await generationsOf(made)).toEqual(["payments-1 active", "root-2 active", "spare-1 pending"]);
    const path = await backUpFile(made);
    expect(readBackupHead(path).head.quorums).toEqual([
      { name: "payments", generation: 1, threshold: 2, custodians: 2 },
    ]);
    await using host = await emptyHost(made);
    const restored = await restore(host, path, { people: inRoom(made, 2) });
    expect(restored.proved).toMatchObject({ materials: 1, unopened: 1, quorums: ["payments"] });
    expect(await generationsOf(host)).toEqual(["payments-1 active", "root-2 active"]);
    expect((await host.verify()).result).toBe("VERIFIED");
    const erin = peopleOf(made, holders(["erin", "frank"], 1, "payments"));
    await host.performWith(erin, create("more", { keyring: "cards" }));
  });

  test("a pending rekey is dropped, with its wraps", async () => {
    await using made = await foundVault();
    await made.createKey("payments", ["alice", "bob"]);
    await made.performWith(peopleOf(made, holders(["alice", "bob", "carol"])), rekey(made));
    expect(await generationsOf(made)).toEqual(["root-1 active", "root-2 pending"]);
    const path = await backUpFile(made);
    await using host = await emptyHost(made);
    await restore(host, path);
    expect(await generationsOf(host)).toEqual(["root-1 active"]);
    expect((await host.verify()).result).toBe("VERIFIED");
    await host.createKey("after", ["alice", "bob"]);
  });
});
