import { afterAll, beforeAll, expect, test } from "vitest";
import { type Anchor, loadAnchor, saveAnchor } from "../../../src/lib/host/anchor.ts";
import { restoredElsewhere } from "../../support/backups.ts";
import { exportedOf, linesOf, verifyChainFile } from "../../support/exported.ts";
import { refusalOf } from "../../support/refusal.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

/** A vault whose backup was restored on another host, while the old host went on. */
let made: MadeVault;
let restored: MadeVault;
let chain: Uint8Array;
/** What a custodian's machine remembered of the old host: before the backup, and after it. */
let [before, after]: Anchor[] = [];

beforeAll(async () => {
  made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  before = await anchorOf(made);
  restored = await restoredElsewhere(made);
  await made.createKey("lost", ["alice", "bob"]);
  after = await anchorOf(made);
  chain = await exportedOf(restored);
});
afterAll(async () => {
  await restored[Symbol.asyncDispose]();
  await made[Symbol.asyncDispose]();
});

async function anchorOf(host: MadeVault): Promise<Anchor> {
  await using vault = await host.open();
  const anchor = loadAnchor(host.state, vault.identity.id);
  if (anchor === undefined) throw new TypeError("the host remembers its vault");
  return { ...anchor, role: "desk" };
}

function deskWith(name: string, anchor: Anchor | undefined): string {
  if (anchor === undefined) throw new TypeError("remembered before");
  saveAnchor(restored.place.file(name), anchor);
  return restored.place.file(name);
}

test("a machine that remembers the host before takes the chain of the new one, which goes on from there", async () => {
  const state = deskWith("before", before);
  expect((await verifyChainFile(restored, chain, {}, { state })).verification.result).toBe("VERIFIED");
});

test("entries that no backup held are lost, and no reason to refuse the new host's chain", async () => {
  const state = deskWith("after", after);
  expect((await verifyChainFile(restored, chain, {}, { state })).verification.result).toBe("VERIFIED");
  const { checkpoint } = JSON.parse(linesOf(await exportedOf(made)).at(-1) ?? "") as { checkpoint: string };
  const { lost } = (await verifyChainFile(restored, chain, { checkpoint })).verification;
  expect(lost?.entries).toBeGreaterThan(0);
});

test("a machine that knows the new host takes no chain of the old one any more", async () => {
  const state = deskWith("new", await anchorOf(restored));
  expect(await refusalOf(async () => verifyChainFile(restored, await exportedOf(made), {}, { state }))).toMatchObject({
    code: "INTEGRITY",
    message: expect.stringContaining("is of another host and epoch than this machine remembers"),
  });
});
