import { firstUnsafe } from "../unsafe-text.ts";
import type { Script } from "./script.ts";
import type { Path, ScriptProblem } from "./script-problem.ts";

/** Every text of a script, with its place. */
export function texts(value: Script): { path: Path; text: string }[] {
  return textsIn(value, []);
}

/** Nothing that is read out or shown can hide something, or repaint the screen. */
export function proseProblems(script: Script): ScriptProblem[] {
  return texts(script).flatMap(({ path, text }): ScriptProblem[] => {
    const unsafe = firstUnsafe(text);
    if (unsafe === undefined) return text.trim() === "" ? [{ path, message: "is empty, wanted a text" }] : [];
    if (unsafe.name === "U+000A") return [{ path, message: "has a line feed, wanted one paragraph: begin it with >-" }];
    return [{ path, message: `has the character ${unsafe.name}, which a screen must not get` }];
  });
}

function textsIn(value: unknown, path: Path): { path: Path; text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((member, i) => textsIn(member, [...path, i]));
  return Object.entries(value).flatMap(([name, member]) => textsIn(member, [...path, name]));
}
