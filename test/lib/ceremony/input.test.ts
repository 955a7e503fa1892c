import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { bindInputs, fillIn, questionOf } from "../../../src/lib/ceremony/input.ts";
import { INPUT_ROWS, INPUT_TYPES, type InputType, inputProblem } from "../../../src/lib/ceremony/input-type.ts";
import type { Script } from "../../../src/lib/ceremony/script.ts";
import { parseScript } from "../../../src/lib/ceremony/script-file.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { hostilePayloads } from "../../support/hostile-text.ts";

describe("what each type takes, and what not", () => {
  test.for(INPUT_TYPES)("%s: its sample is right, and nothing that repaints a screen", (type) => {
    expect(inputProblem(type, INPUT_ROWS[type].sample)).toBeUndefined();
    for (const payload of hostilePayloads()) expect(inputProblem(type, payload)).toBeDefined();
  });

  test.for<[type: InputType, text: string, problem: string]>([
    ["text", "", "must be of 1 to 256 characters"],
    ["text", "x".repeat(LIMITS.textLength + 1), "must be of 1 to 256 characters"],
    ["integer", "-1", "must be a whole number"],
    ["integer", "007", "must be a whole number"],
    ["integer", "1e3", "must be a whole number"],
    ["yes-no", "true", "must be yes or no"],
    ["duration", "90", "is not right: it is 90: wanted a number and one of s, m, h, d, w, y, up to 100y"],
    ["usages", "sign fly", "must be one of encrypt, decrypt, wrap, unwrap, sign, verify, mac, derive"],
    ["usages", "sign sign", "names sign twice"],
    ["existing-keys", "a, b a", "names a twice"],
    ["existing-keys", " , ", "must name one key at least"],
    ["custodians", "alice", "must name two custodians at least"],
    ["custodians", "alice Alice", "names alice twice"],
    ["custodians", "alice bob=", "bob must be a path of 1 to 1024 characters"],
    [
      "custodians",
      "alice ../bob",
      '../bob must be 1 to 64 of letters, digits, ". _ -", starting with a letter or digit',
    ],
    ["directory", "x".repeat(LIMITS.pathLength + 1), "must be a path of 1 to 1024 characters"],
    ["new-file", "/media/x/", "must be a file, not a directory"],
  ])("%s %s: %s", ([type, text, problem]) => {
    expect(inputProblem(type, text)).toBe(problem);
  });

  test.for<[type: InputType, text: string, value: unknown]>([
    ["integer", "3", 3],
    ["yes-no", "yes", true],
    ["duration", "none", "none"],
    ["usages", "sign, verify", ["sign", "verify"]],
    ["usages", "default", "default"],
    ["existing-keys", "a default/b", ["a", "default/b"]],
    ["custodians", "alice bob=/media/b/bob.enrolment carol", ["alice", "bob=/media/b/bob.enrolment", "carol"]],
    ["directory", "/media/x y", "/media/x y"],
    ["directory", "./x", "./x"],
    ["directory", "/dev/shm/x", "/dev/shm/x"],
    ["text", "x".repeat(LIMITS.textLength), "x".repeat(LIMITS.textLength)],
  ])("%s %s", ([type, text, value]) => {
    expect(inputProblem(type, text)).toBeUndefined();
    expect(INPUT_ROWS[type].value(text)).toEqual(value);
  });
});

describe("I3: names are names, and a path says where it leads", () => {
  test.for([
    "../x",
    "a/../../etc",
    "/media/..",
    "-rf",
    "--config=x",
    "file:///etc/passwd",
    "exec:rm -rf /",
    "..%2fx",
    "..\\x",
    "/dev/stdin",
    "/dev/fd/3",
    "/proc/self/environ",
    "/sys/power",
    "//dev/stdin",
    "/media/./../dev/tty",
  ])("no path: %s", (text) => {
    for (const type of ["directory", "existing-file", "new-file"] as const)
      expect(inputProblem(type, text)).toBeDefined();
  });

  test.for([
    "",
    " ",
    ".",
    "..",
    ".hidden",
    "../x",
    "/etc/passwd",
    "a/b/c",
    "-rf",
    "--",
    "~",
    "$(id)",
    "`id`",
    "a;b",
    "*",
    "a b",
    "a:b",
    "ключ",
    "x".repeat(65),
  ])("no name: %s", (text) => {
    for (const type of ["name", "keyring-name", "existing-quorum", "key-name", "existing-key"] as const)
      expect(inputProblem(type, text)).toBeDefined();
  });
});

const script: Script = parseScript(
  "x.yaml",
  utf8(`ceremony: x
title: X
roles: { custodians: "quorum \${inputs.quorum}" }
inputs:
  quorum: { type: existing-quorum, prompt: Quorum, default: root }
  keys: { type: existing-keys, prompt: Keys }
  why: { type: text, prompt: Why }
steps:
  - read: For \${inputs.why}, of \${inputs.quorum}.
  - action: key.destroy
    with: { keys: "\${inputs.keys}", reason: "order \${inputs.why}" }
`),
).script;

describe("inputs of a script", () => {
  test("what was given, what is missing, what has its default", () => {
    expect(bindInputs(script, new Map([["keys", "a b"]]))).toEqual({
      values: { quorum: "root", keys: "a b" },
      missing: ["why"],
      defaulted: ["quorum"],
    });
  });

  test("an unknown one, and one that is wrong, are named", () => {
    expect(() => bindInputs(script, new Map([["key", "a"]]))).toThrow("ceremony x has no input key");
    expect(() => bindInputs(script, new Map([["keys", "hunter2 /x/"]]))).toThrow(/^input keys is not right: /);
    expect(() => bindInputs(script, new Map([["__proto__", "a"]]))).toThrow("ceremony x has no input __proto__");
  });

  test("as the whole of a value they are what they are, in prose they are text", () => {
    const { values } = bindInputs(script, new Map(Object.entries({ keys: "a default/b", why: "4711", quorum: "pay" })));
    const filled = fillIn(script, values);
    expect(filled.roles.custodians).toBe("quorum pay");
    expect(filled.steps).toEqual([
      { read: "For 4711, of pay." },
      { action: "key.destroy", with: { keys: ["a", "default/b"], reason: "order 4711" } },
    ]);
  });

  test("what an input brings is not looked through again", () => {
    const values = { quorum: "root", keys: "a", why: "${inputs.keys} $& $1" };
    expect(fillIn(script, values).steps[0]).toEqual({ read: "For ${inputs.keys} $& $1, of root." });
  });

  test("without a value they stay as they are written", () => {
    expect(fillIn(script, {}).steps).toEqual(script.steps);
  });

  test("a question says what is wanted, and the default", () => {
    const [quorum, keys] = Object.values(script.inputs);
    expect(quorum && questionOf(quorum)).toBe("Quorum (a quorum's name; Enter for root)");
    expect(keys && questionOf(keys)).toBe("Keys (keys, NAME or KEYRING/NAME each, with spaces between)");
  });
});
