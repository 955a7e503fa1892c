import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { bindInputs, fillIn } from "../../../src/lib/ceremony/input.ts";
import { parseScript, readScript, ScriptError, shippedScripts } from "../../../src/lib/ceremony/script-file.ts";
import { scriptJsonSchema } from "../../../src/lib/ceremony/script-schema.ts";
import { minutesOf } from "../../../src/lib/ceremony/step-view.ts";
import { isConclaveError } from "../../../src/lib/errors.ts";

/** A script that is right. */
const GOOD = `ceremony: key-generation
title: Generate a key
roles: { administrator: 1, custodians: quorum root }
inputs:
  name: { type: key-name, prompt: Name of the new key }
before:
  - host: { swap: off }
steps:
  - read: Everyone says name and role.
    minutes: 2
  - action: key.create
    with:
      name: \${inputs.name}
      algorithm: aes-256
`;

/** All that is wrong with a text, as PATH:LINE:COLUMN: … without the path. */
function problemsOf(text: string): string[] {
  try {
    parseScript("x.yaml", utf8(text));
    return [];
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    expect(error.code).toBe("INPUT_MALFORMED");
    return error.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
}

describe("shipped scripts", () => {
  test.for(shippedScripts())(
    "%s: is good, has its name, says how long each step takes, and names its schema",
    (name) => {
      const { script, bytes } = readScript(name);
      expect(script.ceremony).toBe(name);
      expect(script.steps.filter(({ minutes }) => minutes === undefined)).toEqual([]);
      expect(minutesOf(script)).toBeGreaterThan(30);
      expect(Buffer.from(bytes).toString()).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json\n/);
      expect(script.after).toEqual([{ sign: ["custodians", "witnesses"] }]);
    },
  );

  test.for(shippedScripts())("%s: whatever it changes is backed up and proved", (name) => {
    const { steps } = readScript(name).script;
    const change = steps.findLastIndex((step) => "action" in step || "rekey" in step || "genesis" in step);
    if (change === -1) return;
    const proof = steps.findIndex((step) => "prove" in step);
    expect(proof).toBeGreaterThan(change);
  });

  test("the schema for editors is that of the code", async () => {
    const text = `${JSON.stringify(scriptJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../../ceremonies/schema.json");
  });
});

test("a script that is right, with its inputs filled in", () => {
  const { script, sha256 } = parseScript("x.yaml", utf8(GOOD));
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  const { values } = bindInputs(script, new Map([["name", "payments"]]));
  expect(fillIn(script, values).steps[1]).toEqual({
    action: "key.create",
    with: { name: "payments", algorithm: "aes-256" },
  });
});

describe("what is wrong has its line and column, what was found and what was expected", () => {
  test.for<[what: string, replace: string, by: string, ...wanted: string[]]>([
    [
      "an unknown member",
      "title: Generate a key",
      "title: x\ntitel: y",
      "3:1: titel: unknown member; did you mean title?",
    ],
    ["a missing member", "title: Generate a key\n", "", "1:1: title: is missing"],
    [
      "the same member twice",
      "title: Generate a key",
      "title: x\ntitle: y",
      "3:1: the same member twice, wanted it once",
    ],
    ["an unknown role", "custodians:", "custodian:", "3:28: roles.custodian: unknown member; did you mean custodians?"],
    [
      "a role that names no quorum",
      "quorum root",
      "root",
      '3:40: roles.custodians: "root" must be "quorum NAME" or "all of quorum NAME"',
    ],
    [
      "an unknown type",
      "type: key-name",
      "type: keyname",
      `5:17: inputs.name.type: "keyname", wanted text, integer, yes-no, name, duration, algorithm, usages, key-name, existing-key, existing-keys, keyring-name, existing-keyring, quorum-name, existing-quorum, custodians, directory, existing-file, new-file`,
    ],
    [
      "an input's name",
      "  name: { type",
      "  Name: { type",
      '5:3: inputs.Name: the name "Name" must be of small letters, digits and hyphens',
    ],
    [
      "a step of no kind",
      "- read:",
      "- reed:",
      "9:5: steps[0]: wanted one of read, check, action, show, do, prove, genesis, rekey, restore, drill, import, export, found none of them; did you mean read or rekey?",
    ],
    [
      "a step of two kinds",
      "minutes: 2",
      "check: x",
      "9:5: steps[0]: wanted one of read, check, action, show, do, prove, genesis, rekey, restore, drill, import, export, found read and check",
    ],
    ["too long a step", "minutes: 2", "minutes: 241", "10:14: steps[0].minutes: 241, wanted at most 240"],
    ["a text for a number", "minutes: 2", "minutes: two", '10:14: steps[0].minutes: "two", wanted a number'],
    ["an unknown check of the host", "swap: off", "swap: on", '7:19: before[0].host.swap: "on", wanted off'],
    ["an unknown check", "- host:", "- hosts:", "7:5: before[0]: wanted host or vault, found a map"],
    [
      "a map as a value",
      "algorithm: aes-256",
      "algorithm: { a: 1 }",
      "14:18: steps[1].with.algorithm: a map, wanted a text, a number, true, false or a list of texts",
    ],
    ["no steps", GOOD.slice(GOOD.indexOf("steps:")), "steps: []\n", "8:8: steps: a list of 0, wanted at least 1"],
    ["no map at all", GOOD, "- a\n", "1:1: a list, wanted a map"],
    ["nothing", GOOD, "", "1:1: nothing, wanted a map"],
    [
      "a tab",
      "    minutes: 2",
      "\tminutes: 2",
      "10:1: has the character U+0009, wanted only what can be seen, spaces and line feeds",
    ],
    [
      "no YAML",
      "roles: {",
      "roles: [",
      "3:52: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  ])("%s", ([, replace, by, ...wanted]) => {
    expect(problemsOf(GOOD)).toEqual([]);
    const [first = ""] = problemsOf(GOOD.replace(replace, by));
    expect(first).toBe(wanted[0]);
  });

  test("several problems, in the order of their places; the error names the first, and where to see the others", () => {
    const text = GOOD.replace("minutes: 2", "minutes: 0").replace("title:", "titel:").replace("swap: off", "swap: x");
    expect(problemsOf(text)).toEqual([
      "1:1: title: is missing",
      "2:1: titel: unknown member; did you mean title?",
      '7:19: before[0].host.swap: "x", wanted off',
      "10:14: steps[0].minutes: 0, wanted at least 1",
    ]);
    expect(() => parseScript("x.yaml", utf8(text))).toThrow(/^x\.yaml:1:1: title: is missing$/);
  });
});

test("a name that is none is not found, with what was meant", () => {
  try {
    readScript("genesys");
    expect.unreachable();
  } catch (error) {
    expect(isConclaveError(error, "NOT_FOUND") && error.suggestions[0]).toBe("Did you mean genesis?");
  }
});
