import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { utf8 } from "../../src/lib/bytes.ts";
import { BUILT_IN_SCHEMAS, OPERATION_SCHEMAS, proveSchema } from "../../src/lib/ceremony/built-in.ts";
import { INPUT_TYPES } from "../../src/lib/ceremony/input-type.ts";
import { SHOWN, STEP_KINDS, scriptSchema, WHO } from "../../src/lib/ceremony/script.ts";
import { parseScript, readScript, ScriptError, shippedScripts } from "../../src/lib/ceremony/script-file.ts";
import { SCRIPTED_ACTIONS } from "../../src/lib/ceremony/scripted-action.ts";
import { minutesOf } from "../../src/lib/ceremony/step-view.ts";
import { readPage } from "./page.ts";

const page = readPage("docs/ceremonies.md");
const cells = (section: string) => page.section(section).firstCells();
const words = (cell = "") => Array.from(cell.matchAll(/`([^`]+)`/g), ([, word = ""]) => word);

test("the scripts that are shipped, and about how long each takes", () => {
  const rows = page.section("The scripts that come with Conclave").rows();
  expect(new Set(rows.map(([name]) => words(name)[0]))).toEqual(new Set(shippedScripts()));
  for (const [name = "", , , about = ""] of rows) {
    const [, hours = "0", , minutes = "0"] = /(\d+) h( (\d+))?/.exec(about) ?? [];
    expect(
      Math.abs(Number(hours) * 60 + Number(minutes) - minutesOf(readScript(words(name)[0] ?? "").script)),
      name,
    ).toBeLessThan(8);
  }
});

test("the script that the page shows is right", () => {
  const [text = ""] = page.fenced("yaml");
  expect(parseScript("our-key.yaml", utf8(`${text}\n`)).script.ceremony).toBe("signing-key");
});

test("and so is what it shows of one that is not", () => {
  const wrong = (page.fenced("yaml")[0] ?? "").replace("key.create", "key.crate");
  try {
    parseScript("our-key.yaml", utf8(`${wrong}\n`));
    expect.unreachable();
  } catch (error) {
    expect(error instanceof ScriptError && error.message).toBe(page.section("What lint refuses").fenced("text")[0]);
  }
});

describe("the reference names what there is", () => {
  test("members", () => {
    expect(cells("The file")).toEqual(Object.keys(scriptSchema.shape));
    expect(cells("Roles")).toEqual(Object.keys(scriptSchema.shape.roles.shape));
  });

  test("inputs, steps and what is shown", () => {
    expect(cells("Inputs")).toEqual([...INPUT_TYPES]);
    expect(cells("Steps")).toEqual([...STEP_KINDS, ...SHOWN]);
    for (const who of WHO) expect(page.section("Steps").text).toContain(`\`${who}\``);
  });

  const schemas: Record<string, z.ZodObject> = {
    ...Object.fromEntries([...SCRIPTED_ACTIONS].map(([name, row]) => [name, row.with])),
    ...OPERATION_SCHEMAS,
    ...BUILT_IN_SCHEMAS,
    prove: proveSchema,
  };

  test("parameters of each step", () => {
    expect(cells("What the steps take").toSorted()).toEqual(Object.keys(schemas).toSorted());
  });

  test.for(page.section("What the steps take").rows())("%s", ([name, needed, optional]) => {
    const schema = schemas[words(name)[0] ?? ""];
    const members = Object.entries(schema?.shape ?? {});
    const known = members.filter(([, type]) => type.type !== "undefined" && !accepts(type, Symbol.iterator));
    expect([...words(needed), ...words(optional)].toSorted()).toEqual(known.map(([member]) => member).toSorted());
    const required = members.filter(([, type]) => !accepts(type, undefined)).map(([member]) => member);
    expect(words(needed?.replace(/one of [^;]*/, "")).toSorted()).toEqual(required.toSorted());
  });
});

/** Whether a member may be this. */
function accepts(type: z.core.$ZodType, value: unknown): boolean {
  return (type as z.ZodType).safeParse(value).success;
}
