import { expect, test } from "vitest";
import { AuditChain } from "../../src/lib/audit/chain.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { lineSchema } from "../../src/lib/ceremony/run-event.ts";
import { RunLog } from "../../src/lib/ceremony/run-log.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { scratchTables } from "../support/scratch-tables.ts";
import { workspace } from "../support/workspace.ts";
import { ceremonyEntries, exampleEntries } from "./example-vault.ts";
import { format } from "./page.ts";

const page = format("run-log");

test("the events and their members are those of the code", () => {
  const told = page.section("Events").rows();
  const { options } = lineSchema.shape.what;
  const known = options.map(({ shape }) => [shape.event.value, Object.keys(shape).filter((name) => name !== "event")]);
  const rows = told.map(([event = "", members = ""]) => [
    event.replaceAll("`", ""),
    Array.from(members.matchAll(/`([^`]+)`/g), (match) => match[1]),
  ]);
  expect(new Map(rows as [string, string[]][])).toEqual(new Map(known as [string, string[]][]));
});

test("the test vector", async () => {
  const text = `${page.section("Test vector").fenced("json").join("\n")}\n`;
  await using place = await workspace({ "run.jsonl": text });
  const { log, length } = RunLog.read(place.file("run.jsonl"), systemClock);
  expect(log.events.map(({ what }) => what.event)).toEqual(["start", "input"]);
  expect(length).toBe(text.length);
});

test("the entry of a ceremony's end is valid after the example vault's", async () => {
  const chain = new AuditChain(ENTRY_TYPES);
  await using storage = await scratchTables();
  await storage.transaction(async (writer) => {
    for (const [i, text] of [...exampleEntries(), ...ceremonyEntries()].entries())
      await chain.project(i + 1, text, writer, true);
  });
  expect(await storage.find("ceremonies", {})).toMatchObject({ name: "key-generation", outcome: "unproven" });
});
