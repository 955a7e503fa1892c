import { symlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { checkInputFiles } from "../../../src/lib/ceremony/input-files.ts";
import { parseScript } from "../../../src/lib/ceremony/script-file.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

let place: Workspace;
beforeAll(async () => {
  place = await workspace({ "home/there": "x" });
  symlinkSync("nowhere", place.file("home/dangling"));
});
afterAll(async () => place[Symbol.asyncDispose]());

test.for([
  { type: "existing-file", path: "home/there", passed: true },
  { type: "existing-file", path: "home/none", passed: false, code: "NOT_FOUND" },
  { type: "existing-file", path: "home", passed: false, code: "NOT_FOUND" },
  { type: "existing-file", path: "home/dangling", passed: false, code: "NOT_FOUND" },
  { type: "new-file", path: "home/none", passed: true },
  { type: "new-file", path: "home/there", passed: false, code: "EXISTS" },
  { type: "new-file", path: "home/dangling", passed: false, code: "EXISTS" },
  { type: "new-file", path: "none/none", passed: false, code: "NOT_FOUND" },
  { type: "directory", path: "home", passed: true },
  { type: "directory", path: "none", passed: true },
  { type: "directory", path: "home/there", passed: false, code: "NOT_FOUND" },
] as const)("$type $path: $passed", ({ type, path, passed, ...failure }) => {
  const text = `ceremony: x\ntitle: X\nroles: {}\ninputs: { p: { type: ${type}, prompt: P } }\nsteps:\n  - read: \${inputs.p}\n`;
  const { script } = parseScript("x.yaml", utf8(text));
  const [check, ...others] = checkInputFiles(script, { p: place.file(path) });
  expect(others).toEqual([]);
  expect(check).toMatchObject({ check: "input p", passed, ...(passed ? {} : failure) });
  expect(check?.found).toContain(place.file(path));
});

test("an input that is no path is not looked for", () => {
  const text =
    "ceremony: x\ntitle: X\nroles: {}\ninputs: { n: { type: name, prompt: N } }\nsteps:\n  - read: ${inputs.n}\n";
  expect(checkInputFiles(parseScript("x.yaml", utf8(text)).script, { n: "there" })).toEqual([]);
});
