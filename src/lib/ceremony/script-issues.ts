import type { core } from "zod";
import { nearest } from "../nearest.ts";
import { inputSchema, STEP_KINDS, STEPS, scriptSchema } from "./script.ts";
import type { Path, ScriptProblem } from "./script-problem.ts";

/** What the schema finds wrong with a document, each with what was found and what was expected. */
export function schemaProblems(value: unknown): ScriptProblem[] {
  const parsed = scriptSchema.safeParse(value, { reportInput: true });
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue));
}

/** The same of the parameters at `place`. @param known what there may be, for a hint */
export function issueProblems(
  issues: readonly core.$ZodIssue[],
  place: Path,
  known: readonly string[],
): ScriptProblem[] {
  return issues.flatMap((issue) => problemsOf({ ...issue, path: [...place, ...issue.path] }, known));
}

function problemsOf(issue: core.$ZodIssue, known = knownAt(issue.path)): ScriptProblem[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") return unknownMembers(issue, known);
  if (issue.code === "invalid_union" && path[0] === "steps" && path.length === 2)
    return stepProblems(path, issue.input);
  if (issue.code === "invalid_union" && path[0] === "before") return beforeProblems(issue, path);
  if (issue.code === "invalid_union")
    return [{ path, message: `${found(issue.input)}, wanted a text, a number, true, false or a list of texts` }];
  if (issue.code === "invalid_key") {
    return [
      {
        path,
        at: "name",
        message: `the name ${quoted(String(path.at(-1)))} ${issue.issues[0]?.message ?? "is malformed"}`,
      },
    ];
  }
  return [{ path, message: messageOf(issue) }];
}

/** Which word makes the step; the rest is what that kind of step wants. */
function stepProblems(path: Path, step: unknown): ScriptProblem[] {
  const kinds = STEP_KINDS.filter((kind) => isObject(step) && Object.hasOwn(step, kind));
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined) {
    const what = !isObject(step) ? found(step) : kinds.length === 0 ? "none of them" : kinds.join(" and ");
    const meant = isObject(step) && kinds.length === 0 ? nearest(Object.keys(step)[0] ?? "", STEP_KINDS) : [];
    const hint = meant.length === 0 ? "" : `; did you mean ${meant.join(" or ")}?`;
    return [{ path, message: `wanted one of ${STEP_KINDS.join(", ")}, found ${what}${hint}` }];
  }
  const parsed = STEPS[kind].safeParse(step, { reportInput: true });
  if (parsed.success) return [];
  const known = Object.keys(STEPS[kind].shape);
  return issueProblems(parsed.error.issues, path, known);
}

function beforeProblems(issue: core.$ZodIssueInvalidUnion, path: Path): ScriptProblem[] {
  const value = issue.input;
  const word = ["host", "vault"].findIndex((name) => isObject(value) && Object.hasOwn(value, name));
  const issues = issue.errors[word];
  if (issues === undefined) return [{ path, message: `wanted host or vault, found ${found(value)}` }];
  return issues.flatMap((inner) => problemsOf({ ...inner, path: [...path, ...inner.path] }));
}

/** The members that there may be where a script says something else than a step. */
function knownAt([part, ...rest]: Path): readonly string[] {
  if (part === undefined) return Object.keys(scriptSchema.shape);
  if (part === "roles") return Object.keys(scriptSchema.shape.roles.shape);
  if (part === "inputs" && rest.length === 1) return Object.keys(inputSchema.shape);
  return [];
}

function unknownMembers({ keys, path }: core.$ZodIssueUnrecognizedKeys, known: readonly string[]): ScriptProblem[] {
  return keys.map((key) => {
    const meant = nearest(key, known);
    const all = known.length === 0 ? "" : `; known are ${known.join(", ")}`;
    const hint = meant.length === 0 ? all : `; did you mean ${meant.join(" or ")}?`;
    return { path: [...path, key], at: "name", message: `unknown member${hint}` };
  });
}

function messageOf(issue: core.$ZodIssue): string {
  const given = issue.input;
  if (given === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value")) return "is missing";
  if (issue.code === "invalid_type") return `${found(given)}, wanted ${article(issue.expected)}`;
  if (issue.code === "invalid_value") return `${found(given)}, wanted ${issue.values.map(String).join(", ")}`;
  if (issue.code === "too_big") return `${size(given)}, wanted at most ${issue.maximum}`;
  if (issue.code === "too_small") return `${size(given)}, wanted at least ${issue.minimum}`;
  return `${found(given)} ${issue.message}`;
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a map",
    record: "a map",
  };
  return names[type] ?? type;
}

function found(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string" ? quoted(value) : `${value as number | boolean}`;
}

function size(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "string" ? `${value.length} characters` : String(value);
}

/** On one line. */
function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return `"${line.length > 40 ? `${line.slice(0, 39)}…` : line}"`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
