import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  loadSession,
  removeSession,
  type StoredSession,
  saveSession,
  sweepSessions,
} from "../../../src/lib/host/sessions.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { filesIn } from "../../support/canonical-state.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const VAULT = "11111111-1111-4111-8111-111111111111";
const NOW = new Date("2026-11-24T12:00:00.000Z");
const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string];

let place: Workspace;
let state: string;
let folder: string;
beforeAll(async () => {
  place = await workspace();
  state = place.file("state/conclave");
  folder = `${state}/${VAULT}/sessions`;
});
afterEach(() => rmSync(state, { recursive: true, force: true }));
afterAll(async () => place[Symbol.asyncDispose]());

function session(plan: string, expires = "2026-11-25T12:00:00.000Z"): StoredSession {
  return { version: 1, plan, expires, kept: "plain", identity: "AGE-SECRET-KEY-1" };
}

test("what is saved is loaded, from a private file in a private folder", () => {
  saveSession(state, VAULT, session(A));
  expect(loadSession(state, VAULT, A)).toEqual(session(A));
  expect(lstatSync(`${folder}/${A}`).mode & 0o777).toBe(0o600);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
});

test("H1: into a folder that others may look into, nothing is saved", async () => {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  expect(await refusalOf(() => saveSession(state, VAULT, session(A)))).toMatchObject({ code: "HOST_PREFLIGHT" });
  expect(filesIn(folder)).toEqual([]);
});

test("a session is never replaced", async () => {
  saveSession(state, VAULT, session(A));
  expect(await refusalOf(() => saveSession(state, VAULT, session(A)))).toMatchObject({ code: "EXISTS" });
});

test("one that is not there, or was removed, is a plan that can't be executed here", async () => {
  saveSession(state, VAULT, session(A));
  removeSession(state, VAULT, A);
  removeSession(state, VAULT, A);
  for (const plan of [A, B]) {
    expect(await refusalOf(() => loadSession(state, VAULT, plan))).toEqual({
      code: "PLAN_INVALID",
      message: `plan ${plan}: its session is not on this host: executed, cancelled, expired, or made elsewhere`,
    });
  }
});

test("those that ended and those that expired are swept, the others stay", () => {
  saveSession(state, VAULT, session(A));
  saveSession(state, VAULT, session(B, NOW.toISOString()));
  saveSession(state, VAULT, session(C));
  writeFileSync(`${folder}/note`, "of somebody\n");
  sweepSessions(state, VAULT, NOW, (plan) => plan === C);
  expect(filesIn(folder)).toEqual([A, "note"]);
  sweepSessions(state, "22222222-2222-4222-8222-222222222222", NOW, () => true);
});

test.for<[what: string, problem: string | RegExp, spoil: (path: string) => void]>([
  ["malformed", "not JSON", (path) => writeFileSync(path, "x")],
  ["too large", "no regular file, or too large", (path) => writeFileSync(path, "x".repeat(LIMITS.stateFileBytes + 1))],
  ["a folder", "no regular file, or too large", (path) => mkdirSync(path)],
])(
  "one that is %s is an integrity error that names it, and keeps no other from being swept",
  async ([, problem, spoil]) => {
    saveSession(state, VAULT, session(B, NOW.toISOString()));
    spoil(`${folder}/${A}`);
    const refusal = { code: "INTEGRITY", message: `${folder}/${A}: ${problem}` };
    expect(await refusalOf(() => loadSession(state, VAULT, A))).toEqual(refusal);
    expect(await refusalOf(() => sweepSessions(state, VAULT, NOW, () => false))).toEqual(refusal);
    expect(filesIn(folder)).toEqual([A]);
  },
);
