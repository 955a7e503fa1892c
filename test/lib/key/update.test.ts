import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeKey, type KeyDescription } from "../../../src/lib/key/describe.ts";
import { create, createKeyring, move, rotate, update } from "../../support/key-acts.ts";
import { refusalOf } from "../../support/refusal.ts";
import { refusalsOf, stateOf } from "../../support/refusals.ts";
import { foundVault, type MadeVault } from "../../support/vault.ts";

let original: MadeVault;
beforeAll(async () => {
  original = await foundVault();
  await original.perform(create("k", { exportable: true, tag: ["owner=cards", "cost=7"], cryptoperiod: "90d" }));
  await original.perform(create("gone"));
  await original.perform(move("destroy", "gone"));
});
afterAll(() => original[Symbol.asyncDispose]());

async function show(made: MadeVault, name: string): Promise<KeyDescription> {
  await using vault = await made.open();
  return await describeKey(vault.reader, name, new Date().toISOString());
}

describe("what changes, and what stays", () => {
  test.for([
    { what: "a tag more", request: { tag: ["team=b"] }, wanted: { tags: { owner: "cards", cost: "7", team: "b" } } },
    { what: "a tag's value", request: { tag: ["cost=8=9"] }, wanted: { tags: { owner: "cards", cost: "8=9" } } },
    { what: "a tag less", request: { removeTag: ["cost"] }, wanted: { tags: { owner: "cards" } } },
    {
      what: "one tag for another",
      request: { tag: ["team=b"], removeTag: ["cost"] },
      wanted: { tags: { owner: "cards", team: "b" } },
    },
    { what: "no tags", request: { removeTag: ["owner", "cost"] }, wanted: { tags: {} } },
    { what: "the cryptoperiod", request: { cryptoperiod: "1y" }, wanted: { cryptoperiodSeconds: 365 * 86400 } },
    {
      what: "no cryptoperiod",
      request: { cryptoperiod: "none" },
      wanted: { cryptoperiodSeconds: null, rotateAt: null },
    },
    { what: "fewer usages", request: { usages: ["decrypt" as const] }, wanted: { usages: ["decrypt"] } },
    { what: "not exportable", request: { notExportable: true }, wanted: { exportable: false } },
  ])("$what", async ({ request, wanted }) => {
    await using made = await original.copy();
    const { rotateAt, ...before } = await show(made, "k");
    await made.perform(update("k", request));
    const { rotateAt: after, ...now } = await show(made, "k");
    const { rotateAt: due = after, ...others } = { rotateAt: undefined, ...wanted };
    expect(now).toEqual({ ...before, ...others, versions: now.versions });
    expect(after).toBe("cryptoperiodSeconds" in wanted ? (due ?? null) : rotateAt);
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("another cryptoperiod moves the time of rotation, counted from the version's making", async () => {
    await using made = await original.copy();
    const { versions } = await show(made, "k");
    await made.perform(update("k", { cryptoperiod: "1d" }));
    const due = new Date(Date.parse(versions[0]?.created ?? "") + 86_400_000).toISOString();
    expect((await show(made, "k")).rotateAt).toBe(due);
  });

  test("narrowed usages are those of every version", async () => {
    await using made = await original.copy();
    await made.perform(rotate("k"));
    await made.perform(update("k", { usages: ["decrypt"] }));
    expect((await show(made, "k")).versions.map(({ permits }) => permits)).toEqual([["decrypt"], ["decrypt"]]);
  });
});

describe("what is refused, nothing changed", () => {
  test.for([
    {
      what: "a wider usage",
      request: { usages: ["encrypt" as const, "mac" as const] },
      code: "REFUSED",
      message: "key default/k: usages can only be narrowed; it never had mac",
      recorded: true,
    },
    {
      what: "a tag that it doesn't have",
      request: { removeTag: ["team"] },
      code: "NOT_FOUND",
      message: "the key has no tag team",
      recorded: false,
    },
    { what: "nothing", request: {}, code: "USAGE", message: "nothing to change", recorded: false },
    {
      what: "its own name",
      request: { name: "k" },
      code: "EXISTS",
      message: "key default/k exists already, or did; a name is given once, for ever",
      recorded: true,
    },
    {
      what: "a destroyed key's name",
      request: { name: "gone" },
      code: "EXISTS",
      message: "key default/gone exists already, or did; a name is given once, for ever",
      recorded: true,
    },
  ])("$what", async ({ request, code, message, recorded }) => {
    await using made = await original.copy();
    const before = await stateOf(made);
    expect(await refusalOf(made.perform(update("k", request)))).toEqual({ code, message });
    expect(await stateOf(made)).toEqual(before);
    expect(await refusalsOf(made)).toEqual(recorded ? [{ code, message }] : []);
  });

  test("exportable withdrawn twice, and a usage that was given up", async () => {
    await using made = await original.copy();
    await made.perform(update("k", { notExportable: true, usages: ["decrypt"] }));
    expect(await refusalOf(made.perform(update("k", { notExportable: true })))).toEqual({
      code: "REFUSED",
      message: "key default/k is not exportable already",
    });
    expect(await refusalOf(made.perform(update("k", { usages: ["encrypt", "decrypt"] })))).toEqual({
      code: "REFUSED",
      message: "key default/k: usages can only be narrowed; it never had encrypt",
    });
  });

  test("exportable can't be granted: no plan says so", async () => {
    await using made = await original.copy();
    const widened = made.perform(async (vault) =>
      (await update("k", { notExportable: true })(vault)).map(({ action, parameters }) => ({
        action,
        parameters: { ...parameters, changes: { exportable: true } },
      })),
    );
    expect(await refusalOf(widened)).toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/^parameters\.changes\.exportable: /),
    });
  });
});

describe("a name is given once in a keyring, for ever", () => {
  test("a destroyed key's", async () => {
    await using made = await original.copy();
    expect(await refusalOf(made.perform(create("gone")))).toMatchObject({ code: "EXISTS" });
    expect((await show(made, "gone")).state).toBe("destroyed");
  });

  test("one that a key had before it was renamed, to it as to others", async () => {
    await using made = await original.copy();
    const { id } = await show(made, "k");
    await made.perform(update("k", { name: "cards" }));
    await made.perform(update("cards", { name: "cards-2027" }));
    expect((await show(made, "cards-2027")).id).toBe(id);
    for (const old of ["k", "cards"]) {
      expect(await refusalOf(made.perform(create(old)))).toMatchObject({ code: "EXISTS" });
      expect(await refusalOf(made.perform(update("cards-2027", { name: old })))).toMatchObject({ code: "EXISTS" });
      expect(await refusalOf(show(made, old))).toMatchObject({ code: "NOT_FOUND" });
    }
    await made.perform(move("destroy", "cards-2027"));
    expect(await refusalOf(made.perform(create("cards")))).toMatchObject({ code: "EXISTS" });
    await expect(made.verify()).resolves.toMatchObject({ result: "VERIFIED" });
  });

  test("but in another keyring anew", async () => {
    await using made = await original.copy();
    await made.perform(createKeyring("cards"));
    await made.perform(create("cards/gone"));
    expect((await show(made, "cards/gone")).state).toBe("active");
    expect(await refusalOf(show(made, "gone"))).toMatchObject({
      code: "USAGE",
      message: "more than one keyring has a key gone",
    });
  });
});
