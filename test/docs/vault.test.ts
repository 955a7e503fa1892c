import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AuditChain } from "../../src/lib/audit/chain.ts";
import { entryHash } from "../../src/lib/audit/entry.ts";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { recipientOf } from "../../src/lib/crypto/age-recipient.ts";
import { publicKeyOf } from "../../src/lib/crypto/signature.ts";
import { loadAnchor } from "../../src/lib/host/anchor.ts";
import { loadHostKey } from "../../src/lib/host/host-key.ts";
import { loadOutputRecord } from "../../src/lib/host/output-record.ts";
import { finishOutput } from "../../src/lib/host/planned-output.ts";
import { loadSession } from "../../src/lib/host/sessions.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { acceptHost } from "../../src/lib/quorum/desk.ts";
import { planSchema } from "../../src/lib/quorum/plan.ts";
import { INDEXES, SCHEMA } from "../../src/lib/storage/schema.ts";
import { PRIMARY_KEYS, PROJECTIONS } from "../../src/lib/storage/tables.ts";
import { scratchTables } from "../support/scratch-tables.ts";
import { workspace } from "../support/workspace.ts";
import { EXAMPLE, exampleEntries } from "./example-vault.ts";
import { format, ROOT } from "./page.ts";

const page = format("vault");

describe("vault.md", () => {
  test("the schema is that of the code, to the letter", () => {
    expect(page.fenced("sql")).toEqual([[...SCHEMA, ...INDEXES].map((statement) => `${statement};`).join("\n")]);
  });

  test("the settings are those of the code", () => {
    const source = readFileSync(join(ROOT, "src/lib/storage/sqlite.ts"), "utf8");
    const settings = /^const SETTINGS = \{\n([^}]*)\}/m.exec(source)?.[1] ?? "";
    const set = Array.from(settings.matchAll(/^ {2}(\w+): "?(\w+)"?,/gm), ([, name, value]) => [name, value]);
    const rows = page.section("Settings").rows();
    expect(rows.map(([name, value]) => [name?.replaceAll("`", ""), value?.replaceAll("`", "")])).toEqual(set);
  });

  test("the tables are those of the code, and those computed from entries are the projections", () => {
    const rows = page.section("Tables").rows();
    expect(rows.map(([name]) => name?.replaceAll("`", ""))).toEqual(Object.keys(PRIMARY_KEYS));
    const computed = rows.filter(([, , from]) => from === "yes").map(([name]) => name?.replaceAll("`", ""));
    expect(computed).toEqual([...PROJECTIONS]);
  });

  test("the rows that the entries of the example make", async () => {
    const chain = new AuditChain(ENTRY_TYPES);
    await using storage = await scratchTables();
    await storage.transaction(async (writer) => {
      for (const [i, text] of exampleEntries().entries()) await chain.project(i + 1, text, writer, true);
    });
    const manifest = canonicalJson(format("manifest").section("Test vector").json());
    const tables: Record<string, unknown[]> = {};
    for (const table of PROJECTIONS) tables[table] = await Array.fromAsync(storage.rows(table));
    const told = JSON.stringify(page.section("Test vector").json());
    expect(tables).toEqual(
      JSON.parse(told.replace('"the canonical JSON of manifest.md"', () => JSON.stringify(manifest))),
    );
  });

  test("the host key", async () => {
    await using place = await workspace({ "vault/host.key": `${page.section("Test vector").fenced("text")[0]}\n` });
    expect(publicKeyOf(loadHostKey(place.file("vault")))).toBe(publicKeyOf(EXAMPLE.hostKey));
  });
});

describe("anchor.md", () => {
  const anchorPage = format("anchor");
  const [hosts = "", bobs = ""] = anchorPage.section("Test vector").fenced("json");
  const roots = format("checkpoint")
    .section("Test vector")
    .rows()
    .map(([, root]) => root?.replaceAll("`", ""));
  const common = {
    genesis: entryHash(exampleEntries()[0] ?? ""),
    epoch: EXAMPLE.epoch,
    hostKey: publicKeyOf(EXAMPLE.hostKey),
    manifests: format("manifest").section("Test vector").indented(),
  };

  test.for([
    { whose: "the host's", text: hosts, role: "host", size: 36, time: "2026-11-24T19:40:00.000Z" },
    { whose: "bob's", text: bobs, role: "desk", size: 6, time: "2026-11-24T09:00:00.000Z" },
  ])("$whose anchor is read, and its members are those of the table", async ({ text, role, size, time }) => {
    await using place = await workspace();
    mkdirSync(place.file(`state/${EXAMPLE.vault}`));
    writeFileSync(place.file(`state/${EXAMPLE.vault}/anchor.json`), `${text}\n`);
    const anchor = loadAnchor(place.file("state"), EXAMPLE.vault);
    expect(anchor).toEqual(JSON.parse(text));
    expect(Object.keys(anchor ?? {}).sort()).toEqual(anchorPage.section("Members").firstCells().sort());
    expect(anchor).toMatchObject({ ...common, role, time, head: { size, root: roots[size - 1] } });
  });

  test("bob's machine remembers the plan that he approved", async () => {
    const plan = planSchema.parse(format("plan").section("Test vector").json());
    const [digest = ""] = format("plan").section("Test vector").indented();
    await using place = await workspace();
    const { vault, genesis, epoch, head, created } = plan;
    const manifest = common.manifests[0] ?? "";
    const pin = { vault, genesis, epoch, host: common.hostKey, manifest };
    const anchor = acceptHost(
      { what: "plan", vault, genesis, epoch, hostKey: common.hostKey, manifest, head, time: created, digest },
      { state: place.file("state"), now: new Date(created), pin, words: undefined },
    );
    expect(canonicalJson(anchor)).toBe(bobs);
  });
});

test("session.md: the session is read, and its members are those of the table", async () => {
  const sessionPage = format("session");
  const [text = ""] = sessionPage.section("Test vector").fenced("json");
  const plan = planSchema.parse(format("plan").section("Test vector").json());
  await using place = await workspace();
  await place.write(`state/${EXAMPLE.vault}/sessions/${plan.id}`, `${text}\n`);

  const session = loadSession(place.file("state"), EXAMPLE.vault, plan.id);
  expect(session).toEqual(JSON.parse(text));
  expect([...Object.keys(session), "inputKey"].sort()).toEqual(sessionPage.section("Members").firstCells().sort());
  expect(session).toMatchObject({ plan: plan.id, expires: plan.expires, kept: plan.session?.kept });
  expect(session.identity).toBe(EXAMPLE.session);
  expect(await recipientOf(session.identity)).toBe(plan.session?.recipient);
});

test("output-record.md: the record is read, its members are those of the tables, and its output is known again", async () => {
  const recordPage = format("output-record");
  const [text = ""] = recordPage.section("Test vector").fenced("json");
  const plan = planSchema.parse(format("plan").section("Test vector").json());
  await using place = await workspace();
  await place.write(`state/${EXAMPLE.vault}/outputs/${plan.id}`, `${text}\n`);

  const record = loadOutputRecord(place.file("state"), EXAMPLE.vault, plan.id);
  expect(record).toEqual(JSON.parse(text));
  const [output] = record?.outputs ?? [];
  if (record === undefined || !output?.made) throw new Error("no output");
  const members = [...Object.keys(record), ...Object.keys(output), ...Object.keys(output.made)];
  expect(recordPage.section("Members").firstCells().sort()).toEqual(members.sort());

  const path = place.file("ravens.txt");
  await place.write(`.ravens.txt.${plan.id}`, "seven ravens\n");
  expect(await finishOutput({ ...output, path }, plan.id)).toEqual({ kind: "finished", path });
});
