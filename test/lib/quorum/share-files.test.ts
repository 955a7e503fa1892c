import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { sha256Hex } from "../../../src/lib/crypto/digest.ts";
import { temporaryName } from "../../../src/lib/quorum/new-shares.ts";
import { removeShareFiles } from "../../../src/lib/quorum/share-files.ts";
import { filesIn } from "../../support/canonical-state.ts";
import { workspace } from "../../support/workspace.ts";

const VAULT = "11111111-1111-4111-8111-111111111111";
const WRITTEN = Buffer.from("a sealed share\n");
const seat = (file: string | null) => ({
  quorum: VAULT,
  generation: 2,
  x: 1,
  custodian: "bob",
  file,
  fileHash: sha256Hex(WRITTEN),
  confirmed: null,
  proved: null,
});

test("as it was written: removed, with what a crash left of it", async () => {
  await using place = await workspace();
  const file = await place.write("out/bob.share", WRITTEN);
  await place.write(`out/${temporaryName(file, "bob", VAULT)}`, "half");
  await place.write("out/bob.share.old", WRITTEN);
  expect(removeShareFiles([seat(file)], VAULT)).toEqual([]);
  expect(filesIn(place.file("out"))).toEqual(["bob.share.old"]);
});

test.for(["changed", ""])("altered to %j: left, and named", async (content) => {
  await using place = await workspace();
  const file = await place.write("bob.share", content);
  expect(removeShareFiles([seat(file)], VAULT)).toEqual([file]);
  expect(existsSync(file)).toBe(true);
});

test("too large, or a folder: left, and named", async () => {
  await using place = await workspace();
  const file = await place.write("bob.share", new Uint8Array(2 ** 20));
  expect(removeShareFiles([seat(file)], VAULT)).toEqual([file]);
  mkdirSync(place.file("folder"));
  expect(removeShareFiles([seat(place.file("folder"))], VAULT)).toEqual([place.file("folder")]);
});

test("gone with its folder, or never written: nothing to do", async () => {
  await using place = await workspace();
  expect(removeShareFiles([seat(place.file("none/bob.share")), seat(null)], VAULT)).toEqual([]);
});

test("a link in place of it is left: what it points at is not ours", async () => {
  await using place = await workspace();
  const target = await place.write("elsewhere", WRITTEN);
  symlinkSync(target, place.file("bob.share"));
  removeShareFiles([seat(place.file("bob.share"))], VAULT);
  expect(existsSync(target)).toBe(true);
});
