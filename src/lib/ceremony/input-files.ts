import { lstatSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Failed } from "./before.ts";
import type { Inputs } from "./input.ts";
import type { InputType } from "./input-type.ts";
import type { Script } from "./script.ts";

/** What must lie where an input leads, before step 1; undefined of types that are no paths. */
export function checkInputFiles(script: Script, inputs: Inputs): Failed[] {
  return Object.entries(script.inputs).flatMap(([name, { type }]) => {
    const path = inputs[name];
    if (path === undefined) return [];
    const look = LOOKS[type];
    if (look === undefined) return [];
    const { code, problem } = look(resolve(path));
    const found = `${resolve(path)} ${problem ?? SOUND[type]}`;
    return [{ check: `input ${name}`, code, passed: problem === undefined, found }];
  });
}

interface Look {
  code: Failed["code"];
  problem: string | undefined;
}

const SOUND: { readonly [T in InputType]?: string } = {
  "existing-file": "is there",
  "new-file": "is free",
  directory: "is a directory, or will be one",
};

const LOOKS: { readonly [T in InputType]?: (path: string) => Look } = {
  "existing-file": (path) => ({
    code: "NOT_FOUND",
    problem: isA("file", path) ? undefined : "is not there, or is no file",
  }),
  "new-file": (path) => {
    if (isThere(path)) return { code: "EXISTS", problem: "is there already" };
    return {
      code: "NOT_FOUND",
      problem: isA("directory", dirname(path)) ? undefined : "would lie in a directory that isn't there",
    };
  },
  directory: (path) => ({
    code: "NOT_FOUND",
    problem: !isThere(path) || isA("directory", path) ? undefined : "is no directory",
  }),
};

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isA(kind: "file" | "directory", path: string): boolean {
  try {
    const found = statSync(path);
    return kind === "file" ? found.isFile() : found.isDirectory();
  } catch {
    return false; // why it can't be looked at, whatever opens it says
  }
}
