import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashBackup } from "../../../src/lib/backup/backup-file.ts";
import { planBackupVerify } from "../../../src/lib/backup/verify-action.ts";
import { inWorkplace } from "../../../src/lib/backup/workplace.ts";
import { ACTIONS } from "../../../src/lib/catalogue.ts";
import { executePlan } from "../../../src/lib/quorum/execute.ts";
import { preparePlan } from "../../../src/lib/quorum/prepare.ts";
import { openVault } from "../../../src/lib/vault/vault.ts";
import { backUp, backUpFile } from "../../support/backups.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

const CONCLAVE = fileURLToPath(new URL("../../../bin/conclave", import.meta.url));

let made: MadeVault;
let file: string;
beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  file = await backUpFile(made);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** @param acting called while every ciphertext of the backup is opened */
async function proveDeep(acting?: () => void, lockTimeoutMs = 2000) {
  await using vault = await openVault(made.path, { ...made.surroundings, lockTimeoutMs, inputs: [file], acting });
  const actions = [planBackupVerify(hashBackup(file), basename(file))];
  const prepared = await preparePlan(vault, ACTIONS, { actions, reason: "a drill" });
  return await executePlan(vault, prepared, made.interaction("alice", "bob"));
}

test("while a backup is proved, others write the vault; the proof is recorded after what they did", async () => {
  const statuses: (number | null)[] = [];
  const executed = await proveDeep(() => {
    const args = ["backup", "create", "--to", made.place.file("backups"), "--vault", made.path, "--lock-timeout", "1"];
    statuses.push(spawnSync(CONCLAVE, args, { env: made.place.environment(), stdio: "ignore" }).status);
  });
  expect(statuses).toEqual([0]);
  expect(executed.effects).toMatchObject([{ action: "backup.verify", data: { keks: 1, materials: 1, unopened: 0 } }]);
  await using vault = await made.open();
  const { sha256 } = hashBackup(file);
  expect((await vault.reader.find("backups", { sha256 }))?.proved).not.toBeNull();
  expect(await vault.reader.count("backups")).toBe(2);
  expect(executed.entries.at(-1)).toBeGreaterThan((await vault.reader.largest("backups", "sequence", {})) ?? Infinity);
  expect(await made.verify()).toMatchObject({ result: "VERIFIED", entries: executed.entries.at(-1) });
});

test("two proofs at once take turns, or the second is refused; the workplace is empty before and after", async () => {
  const folder = made.place.file("vault/verify");
  expect(readdirSync(folder)).toEqual(["lock"]);
  await inWorkplace(made.path, "verify", { lockTimeoutMs: 0 }, async () => {
    expect(await refusalOf(() => proveDeep(undefined, 10))).toMatchObject({
      code: "BUSY",
      message: expect.stringContaining("vault/verify/lock is held by"),
    });
    await backUp(made); // which is another thing
  });
  await made.place.write("vault/verify/copy.db", "what a run that was killed left there");
  await proveDeep();
  expect(readdirSync(folder)).toEqual(["lock"]);
  expect(existsSync(made.place.file("vault/backup/copy.db"))).toBe(false);
});
