import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Anchor,
  forgetAnchor,
  knownHostKeys,
  loadAnchor,
  saveAnchor,
  stateDirectory,
} from "../../../src/lib/host/anchor.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const VAULT = "0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11";
const OTHER = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const ANCHOR: Anchor = {
  version: 1,
  vault: VAULT,
  genesis: "11".repeat(32),
  epoch: OTHER,
  hostKey: "22".repeat(32),
  role: "host",
  head: { size: 7, root: "33".repeat(32) },
  time: "2026-11-24T05:37:40.123Z",
  verified: { size: 5, root: "44".repeat(32) },
  manifests: ["55".repeat(32)],
  recoveries: [],
  replaced: [],
};

let place: Workspace;
let state: string;
let file: string;

beforeEach(async () => {
  place = await workspace();
  state = place.file("state/conclave");
  file = join(state, VAULT, "anchor.json");
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

test("what is remembered comes back, from a private file", () => {
  expect(loadAnchor(state, VAULT)).toBeUndefined();
  saveAnchor(state, ANCHOR);
  expect(loadAnchor(state, VAULT)).toEqual(ANCHOR);
  expect([statSync(file).mode & 0o777, statSync(join(state, VAULT)).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(readdirSync(join(state, VAULT))).toEqual(["anchor.json"]);
  expect(readFileSync(file, "utf8")).toMatch(/^\{"epoch":.*\}\n$/);
});

describe("T6: a smaller head never replaces a larger one", () => {
  const head = (size: number): Anchor => ({ ...ANCHOR, head: { size, root: "55".repeat(32) } });

  test.for([
    { what: "smaller", next: head(6), kept: 7 },
    { what: "as large", next: head(7), kept: 7 },
    { what: "larger", next: head(8), kept: 8 },
    { what: "smaller in another epoch", next: { ...head(2), epoch: VAULT }, kept: 2 },
  ])("$what", ({ next, kept }) => {
    saveAnchor(state, ANCHOR);
    saveAnchor(state, next);
    expect(loadAnchor(state, VAULT)?.head.size).toBe(kept);
  });
});

describe("a malformed anchor is an integrity error that names the file", () => {
  test.for([
    { what: "no JSON", altered: (text: string) => text.slice(1), problem: "not JSON" },
    { what: "nothing", altered: () => "", problem: "not JSON" },
    { what: "spaces", altered: (text: string) => text.replace(":", ": "), problem: "not canonical JSON" },
    {
      what: "a head of size 0",
      altered: (text: string) => text.replace('"size":7', '"size":0'),
      problem: "head.size: ",
    },
    { what: "a member more", altered: (text: string) => text.replace("{", '{"a":1,'), problem: "Unrecognized key" },
    { what: "no host key", altered: (text: string) => text.replace(/"hostKey":"2+",/, ""), problem: "hostKey: " },
    {
      what: "another version",
      altered: (text: string) => text.replace('"version":1', '"version":2'),
      problem: "version: ",
    },
    { what: "bytes that are no text", altered: () => Buffer.of(0xff, 0xfe, 0x00), problem: "not UTF-8" },
  ])("$what", ({ altered, problem }) => {
    saveAnchor(state, ANCHOR);
    writeFileSync(file, altered(readFileSync(file, "utf8")));
    expect(() => loadAnchor(state, VAULT)).toThrow(
      expect.objectContaining({ code: "INTEGRITY", message: expect.stringContaining(`${file}: ${problem}`) }),
    );
    expect(() => saveAnchor(state, ANCHOR)).toThrow(expect.objectContaining({ code: "INTEGRITY" })); // nor replaced
  });

  test("that of another vault", () => {
    saveAnchor(state, ANCHOR);
    mkdirSync(join(state, OTHER));
    writeFileSync(join(state, OTHER, "anchor.json"), readFileSync(file));
    expect(() => loadAnchor(state, OTHER)).toThrow(
      `${join(state, OTHER, "anchor.json")}: is the anchor of another vault`,
    );
  });

  test("one that is too large, or no file", () => {
    saveAnchor(state, ANCHOR);
    writeFileSync(file, " ".repeat(LIMITS.stateFileBytes + 1));
    expect(() => loadAnchor(state, VAULT)).toThrow(expect.objectContaining({ code: "INPUT_MALFORMED" }));
    mkdirSync(join(state, OTHER, "anchor.json"), { recursive: true });
    expect(() => loadAnchor(state, OTHER)).toThrow(expect.objectContaining({ code: "INPUT_MALFORMED" }));
  });
});

test("nothing malformed is ever saved", () => {
  for (const wrong of [{ genesis: "" }, { head: { size: 0, root: "" } }, { vault: "../x" }]) {
    expect(() => saveAnchor(state, { ...ANCHOR, ...wrong })).toThrow(expect.objectContaining({ name: "ZodError" }));
  }
  expect(() => loadAnchor(state, VAULT)).not.toThrow();
  expect(loadAnchor(state, VAULT)).toBeUndefined();
});

test("H2: a symbolic link in its place is replaced, not followed", () => {
  saveAnchor(state, ANCHOR);
  const victim = place.file("victim.json");
  writeFileSync(victim, readFileSync(file));
  writeFileSync(file, "");
  symlinkSync(victim, `${file}.link`);
  const before = readFileSync(victim, "utf8");
  forgetAnchor(state, VAULT);
  symlinkSync(victim, file);
  saveAnchor(state, { ...ANCHOR, head: { size: 9, root: "66".repeat(32) } });
  expect(readFileSync(victim, "utf8")).toBe(before);
  expect(loadAnchor(state, VAULT)?.head.size).toBe(9);
});

test("a vault can be forgotten, known or not", () => {
  saveAnchor(state, ANCHOR);
  forgetAnchor(state, VAULT);
  expect(loadAnchor(state, VAULT)).toBeUndefined();
  forgetAnchor(state, VAULT);
});

test("the host keys of all known vaults; other folders are not looked into", () => {
  expect(knownHostKeys(state)).toEqual([]);
  saveAnchor(state, ANCHOR);
  saveAnchor(state, { ...ANCHOR, vault: OTHER, hostKey: "77".repeat(32) });
  mkdirSync(join(state, "outputs"));
  mkdirSync(join(state, "b1a2c3d4-0000-4000-8000-000000000000")); // of a vault that was forgotten
  expect(knownHostKeys(state).sort()).toEqual(["22".repeat(32), "77".repeat(32)]);
});

test.for([
  { environment: { XDG_STATE_HOME: "/state", HOME: "/home/a" }, directory: "/state/conclave" },
  { environment: { HOME: "/home/a" }, directory: "/home/a/.local/state/conclave" },
  { environment: { XDG_STATE_HOME: "relative", HOME: "/home/a" }, directory: "/home/a/.local/state/conclave" },
  { environment: { XDG_STATE_HOME: "", HOME: "/home/a" }, directory: "/home/a/.local/state/conclave" },
  { environment: {}, directory: "/.local/state/conclave" },
])("the state directory of $environment is $directory", ({ environment, directory }) => {
  expect(stateDirectory(environment)).toBe(directory);
});
