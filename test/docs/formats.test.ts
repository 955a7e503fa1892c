import { globSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { hex } from "../../src/lib/bytes.ts";
import { ACTIONS, ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { digestOf } from "../../src/lib/crypto/digest.ts";
import { LABELS, labelled } from "../../src/lib/crypto/labels.ts";
import { proofSchema } from "../../src/lib/custodian/proof.ts";
import { canonicalJson } from "../../src/lib/json.ts";
import { ALGORITHMS, USAGES } from "../../src/lib/key/algorithm.ts";
import { BEFORE, KEY_STATES, mayLeave, nextState, permittedUsages, TRANSITIONS } from "../../src/lib/key/state.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import { approvalSchema } from "../../src/lib/quorum/approval.ts";
import { manifestSchema } from "../../src/lib/quorum/manifest.ts";
import { planSchema } from "../../src/lib/quorum/plan.ts";
import {
  ceremonyEntries,
  exampleEntries,
  exportEntries,
  importEntries,
  laterEntries,
  useEntries,
} from "./example-vault.ts";
import { format, type Page, ROOT } from "./page.ts";

const entries = exampleEntries().map((text) => JSON.parse(text));
const inUse = [...useEntries(), ...exportEntries()].map((text) => JSON.parse(text));
const held = ceremonyEntries().map((text) => JSON.parse(text));
const brought = importEntries().map((text) => JSON.parse(text));
const later = laterEntries().map((text) => JSON.parse(text));

/** The members in the table of a section. */
function membersOf(page: Page, section: string): string[] {
  return page.section(section).firstCells();
}

describe("README.md", () => {
  const page = format("README");

  test("every page of the folder is in the index", () => {
    const pages = globSync("docs/formats/*.md", { cwd: ROOT }).map((path) => basename(path));
    const listed = page.firstCells().flatMap((cell) => /^\[(.*)\]\(\1\)$/.exec(cell)?.[1] ?? []);
    expect(listed.sort()).toEqual(pages.filter((name) => name !== "README.md").sort());
  });

  test("the labels are those of the code", () => {
    expect(membersOf(page, "Labels")).toEqual(Object.values(LABELS));
  });

  test("the limits are those of the code", () => {
    const rows = page.section("Limits").rows();
    expect(rows.map(([name, limit]) => [name?.replaceAll("`", ""), Number(limit)])).toEqual(Object.entries(LIMITS));
  });

  test("the test vector", () => {
    const vector = page.section("Test vector");
    const text = canonicalJson(vector.json());
    expect(vector.indented()).toEqual([hex(labelled("plan", text)), digestOf("plan", text)]);
  });
});

describe("the members in a page are those that the code reads", () => {
  test("manifest.md", () => {
    const { custodians } = manifestSchema.shape;
    expect(membersOf(format("manifest"), "Members")).toEqual([
      ...Object.keys(manifestSchema.shape),
      ...Object.keys(custodians.element.shape),
    ]);
  });

  test("plan.md", () => {
    expect(membersOf(format("plan"), "Members").sort()).toEqual(Object.keys(planSchema.shape).sort());
  });

  test("approval.md", () => {
    expect(membersOf(format("approval"), "Members")).toEqual(Object.keys(approvalSchema.shape.statement.shape));
  });

  test("proof.md", () => {
    expect(membersOf(format("proof"), "Members")).toEqual(Object.keys(proofSchema.shape.statement.shape));
  });

  test("audit-entry.md", () => {
    expect(membersOf(format("audit-entry"), "Members").sort()).toEqual(Object.keys(entries[0]).sort());
  });
});

describe("audit-entry.md", () => {
  const page = format("audit-entry");

  test("every entry type has its row and its section, and so has nothing else", () => {
    const rows = page.section("Types").rows().slice(0, ENTRY_TYPES.size);
    expect(rows.map(([type, effect]) => [type?.replaceAll("`", ""), effect])).toEqual(
      Array.from(ENTRY_TYPES.values(), ({ type, effect }) => [type, effect ? "yes" : "no"]),
    );
    expect(page.titles(3)).toEqual([...ENTRY_TYPES.keys()]);
  });

  test.for([...ENTRY_TYPES.keys()].filter((type) => type !== "custodian.confirm"))("data of %s", (type) => {
    const { data } = [...entries, ...later, ...inUse, ...brought, ...held].find((entry) => entry.type === type);
    expect(membersOf(page, type).sort()).toEqual(Object.keys(data).sort());
  });
});

describe("key-state.md", () => {
  const page = format("key-state");

  test("the transitions are those of the code", () => {
    const told = page
      .section("Transitions")
      .rows()
      .map((row) => row.map((cell) => cell.replaceAll("`", "")));
    const wanted = KEY_STATES.map((from) => [
      from,
      ...TRANSITIONS.map((transition) => nextState(from, transition) ?? "–").map((to) =>
        to === BEFORE ? "the state before" : to,
      ),
    ]);
    expect(told).toEqual(wanted);
  });

  test("the states, with what they permit, are those of the code", () => {
    const rows = page.section("States").rows();
    expect(rows.map(([state]) => state?.replaceAll("`", ""))).toEqual([...KEY_STATES]);
    const opening = permittedUsages("deactivated", USAGES);
    expect(rows[3]?.[1]).toContain(opening.map((usage) => `\`${usage}\``).join(", "));
    expect(rows.map(([, , leaves]) => leaves)).toEqual(KEY_STATES.map((state) => (mayLeave(state) ? "yes" : "no")));
  });
});

describe("plan.md", () => {
  const page = format("plan");
  const rows = page.section("key.create").rows();

  test("every action has its section, and so has nothing else", () => {
    expect(page.titles(3)).toEqual([...ACTIONS.keys()]);
  });

  test.for([...ACTIONS.keys()])("the parameters of %s", (name) => {
    const actions = [...entries, ...later, ...inUse, ...brought].flatMap(({ data }) => data.plan?.actions ?? []);
    const { parameters } = actions.find(({ action }) => action === name);
    const described = page.section(name).firstCells().slice(0, Object.keys(parameters).length);
    expect(new Set(described)).toEqual(new Set(Object.keys(parameters)));
  });

  test("the algorithms, with their purposes", () => {
    const described = Object.entries(ALGORITHMS).map(([name, { title, purposes }]) => [
      `\`${name}\``,
      title,
      purposes.map((usages: readonly string[]) => usages.join(" ")).join(" · "),
    ]);
    expect(rows.slice(-described.length)).toEqual(described);
    expect(page.text).toContain(USAGES.map((usage) => `\`${usage}\``).join(", "));
  });
});
