import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import {
  loadOutputRecord,
  type OutputRecord,
  outputLockPath,
  outputsFolder,
  prepareOutputsFolder,
  recordedPlans,
  removeOutputRecord,
  saveOutputRecord,
} from "../../../src/lib/host/output-record.ts";
import { canonicalFile } from "../../../src/lib/json.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const VAULT = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";
const [A, B] = ["a".repeat(32), "b".repeat(32)];
const MADE = { size: 3, key: "0".repeat(64), gmac: "1".repeat(32) };

let place: Workspace;
let state: string;
let folder: string;
beforeAll(async () => {
  place = await workspace();
  state = place.file("state/conclave");
  folder = outputsFolder(state, VAULT);
});
beforeEach(() => prepareOutputsFolder(state, VAULT));
afterEach(() => rmSync(state, { recursive: true, force: true }));
afterAll(async () => place[Symbol.asyncDispose]());

function record(changes: Partial<OutputRecord> = {}): OutputRecord {
  return { version: 1, vault: VAULT, plan: A, outputs: [{ path: "/home/a/out", made: MADE }], ...changes };
}

test("what is saved is loaded, from a private file in a private folder, and replaced", () => {
  saveOutputRecord(state, record({ outputs: [{ path: "/home/a/out", made: null }] }));
  saveOutputRecord(state, record());
  expect(loadOutputRecord(state, VAULT, A)).toEqual(record());
  expect(loadOutputRecord(state, VAULT, B)).toBeUndefined();
  expect(lstatSync(`${folder}/${A}`).mode & 0o777).toBe(0o600);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual([A]);
});

test("the plans of which anything is there; what a crash left of writing a record goes with it", () => {
  expect(recordedPlans(place.file("state/none"), VAULT)).toEqual([]);
  saveOutputRecord(state, record());
  writeFileSync(outputLockPath(state, VAULT, A), "");
  writeFileSync(`${folder}/.${B}.77`, "half");
  writeFileSync(`${folder}/note`, "another's");
  expect(recordedPlans(state, VAULT)).toEqual([A, B]);
  removeOutputRecord(state, VAULT, B);
  removeOutputRecord(state, VAULT, A);
  expect(readdirSync(folder)).toEqual([`${A}.lock`, "note"]);
});

const SCHEMA = [
  { what: "another vault's", changes: { vault: OTHER } },
  { what: "another plan's", changes: { plan: B } },
  { what: "a relative path", changes: { outputs: [{ path: "out", made: MADE }] } },
  { what: "a path that leads up", changes: { outputs: [{ path: "/home/a/../b/out", made: MADE }] } },
  { what: "a folder", changes: { outputs: [{ path: "/home/a/", made: MADE }] } },
  { what: "the root", changes: { outputs: [{ path: "/", made: MADE }] } },
  { what: "a NUL", changes: { outputs: [{ path: "/home/a\0b", made: MADE }] } },
  { what: "a path twice", changes: { outputs: [1, 2].map(() => ({ path: "/home/a", made: MADE })) } },
  { what: "a size below nothing", changes: { outputs: [{ path: "/home/a", made: { ...MADE, size: -1 } }] } },
  { what: "a short GMAC", changes: { outputs: [{ path: "/home/a", made: { ...MADE, gmac: "11" } }] } },
  { what: "a temporary name of its own", changes: { outputs: [{ path: "/a", written: "/etc/passwd", made: MADE }] } },
  { what: "another version", changes: { version: 2 } },
  { what: "a member more", changes: { also: 1 } },
  { what: "a path that is too long", changes: { outputs: [{ path: `/${"a".repeat(4096)}`, made: MADE }] } },
  {
    what: "too many outputs",
    changes: { outputs: Array.from({ length: LIMITS.actions + 1 }, (_, i) => ({ path: `/a${i}`, made: null })) },
  },
];

test.for(SCHEMA)("a record that is not ours is refused (14), and named: $what", async ({ changes }) => {
  writeFileSync(`${folder}/${A}`, canonicalFile({ ...record(), ...changes }), { mode: 0o600 });
  expect(await refusalOf(() => loadOutputRecord(state, VAULT, A))).toMatchObject({
    code: "INTEGRITY",
    message: expect.stringMatching(new RegExp(`^${folder}/${A}: .*: nothing that it names was touched$`)),
  });
});

test.for([
  { what: "cut off", text: '{"version":1' },
  { what: "spelled otherwise", text: `${JSON.stringify(record(), null, 1)}\n` },
  { what: "empty", text: "" },
  { what: "no text", text: Uint8Array.of(0xff, 0xfe) },
  { what: "too large", text: new Uint8Array(LIMITS.stateFileBytes + 1) },
])("a record that is malformed is refused (14): $what", async ({ text }) => {
  writeFileSync(`${folder}/${A}`, text, { mode: 0o600 });
  expect(await refusalOf(() => loadOutputRecord(state, VAULT, A))).toMatchObject({ code: "INTEGRITY" });
});

test("H1: one that others may have written, or a link, is refused (15)", async () => {
  saveOutputRecord(state, record());
  chmodSync(`${folder}/${A}`, 0o644);
  expect(await refusalOf(() => loadOutputRecord(state, VAULT, A))).toMatchObject({ code: "HOST_PREFLIGHT" });
  chmodSync(`${folder}/${A}`, 0o600);
  renameSync(`${folder}/${A}`, place.file("elsewhere"));
  symlinkSync(place.file("elsewhere"), `${folder}/${A}`);
  expect(await refusalOf(() => loadOutputRecord(state, VAULT, A))).toMatchObject({ code: "HOST_PREFLIGHT" });
  rmSync(folder, { recursive: true });
  mkdirSync(folder, { mode: 0o755 });
  expect(await refusalOf(() => prepareOutputsFolder(state, VAULT))).toMatchObject({ code: "HOST_PREFLIGHT" });
});
