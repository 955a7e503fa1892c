import { expect, test } from "vitest";
import { AuditChain } from "../../src/lib/audit/chain.ts";
import { openCheckpoint } from "../../src/lib/audit/checkpoint.ts";
import { writeHead } from "../../src/lib/backup/head.ts";
import { BACKUP_NAME } from "../../src/lib/backup/name.ts";
import { concat, utf8 } from "../../src/lib/bytes.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { sha256Hex } from "../../src/lib/crypto/digest.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { quorumInForce, rootQuorum } from "../../src/lib/quorum/state.ts";
import { scratchTables } from "../support/scratch-tables.ts";
import { EXAMPLE, exampleEntries, laterEntries } from "./example-vault.ts";
import { format } from "./page.ts";

const page = format("backup");

test("backup.md: the vector, by the example's chain", async () => {
  const chain = new AuditChain(ENTRY_TYPES);
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (const [i, text] of exampleEntries().entries()) await chain.project(i + 1, text, writer, true);
  });
  const { manifest, handovers } = await quorumInForce(storage, (await rootQuorum(storage)).id);
  const vector = page.section("Test vector");
  const told = vector.json() as { checkpoint: string; hostKey: string };
  const head = { ...told, manifest, handovers };
  const bytes = concat(writeHead(head as never, EXAMPLE.hostKey), utf8("payload"));
  const [signature, sha256] = vector.indented();
  expect(Buffer.from(bytes).toString()).toBe(`${canonicalJson({ head, signature })}\n\npayload`);
  expect(sha256Hex(bytes)).toBe(sha256);
  expect(page.text).toContain(`of ${bytes.length} bytes`);
  expect(openCheckpoint(told.checkpoint, told.hostKey)).toMatchObject({ size: 36, root: chain.tree.root() });
});

test("the entries that follow in the example's chain are valid: another host, another epoch", async () => {
  const chain = new AuditChain(ENTRY_TYPES);
  await using storage = await scratchTables();
  const texts = [...exampleEntries(), ...laterEntries()];
  await storage.transaction(async (writer) => {
    for (const [i, text] of texts.entries()) await chain.project(i + 1, text, writer, true);
  });
  const [told] = laterEntries().map((text) => JSON.parse(text));
  expect(told.data.sha256).toBe(page.section("Test vector").indented()[1]);
  expect(told.data.name).toMatch(BACKUP_NAME);
  expect(await storage.find("vault", {})).toMatchObject({
    epoch: chain.epoch,
    hostKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  });
});
