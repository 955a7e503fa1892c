import { globSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Each row may import from the rows below it, and each folder from itself; never sideways or up, types included. */
const ROWS: readonly (readonly string[])[] = [
  ["errors.ts and what else stands directly in src/lib"],
  ["crypto"],
  ["share", "storage", "host"],
  ["audit"],
  ["custodian", "vault"],
  ["quorum"],
  ["key"],
  ["backup"],
  ["ceremony"],
  ["catalogue.ts"],
  ["terminal"],
  ["commands"],
];

/** Packages that a few folders keep to themselves. */
const RESERVED: readonly { readonly packages: RegExp; readonly folders: readonly string[] }[] = [
  { packages: /^(?:@oclif\/|@inquirer\/|chalk$)/, folders: ["terminal", "commands"] },
  { packages: /^(?:better-sqlite3|node:sqlite)$/, folders: ["storage"] },
  { packages: /^shamir-secret-sharing$/, folders: ["share"] },
];

interface Source {
  path: string;
  text: string;
  folder: string;
}

const sources: Source[] = globSync("src/**/*.ts", { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), "utf8"),
  folder: folderOf(path),
}));
const tests = globSync("test/**/*.ts", { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), "utf8"),
}));

test("every folder has a row", () => {
  const unknown = sources.filter(({ folder }) => rowOf(folder) === -1).map(({ path }) => path);
  expect(unknown).toEqual([]);
});

test("imports point downwards or stay in their folder, types and dynamic ones too", () => {
  const wrong = sources.flatMap((source) =>
    importsOf(source.text)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => relative(ROOT, resolve(ROOT, source.path, "..", specifier)))
      .filter((target) => !mayImport(source.folder, target))
      .map((target) => `${source.path} -> ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("the rule for imports knows up, down and sideways", () => {
  expect(mayImport("key", "src/lib/quorum/plan.ts")).toBe(true);
  expect(mayImport("key", "src/lib/key/rotate.ts")).toBe(true);
  expect(mayImport("key", "src/lib/errors.ts")).toBe(true);
  expect(mayImport("quorum", "src/lib/key/rotate.ts")).toBe(false);
  expect(mayImport("custodian", "src/lib/vault/kek.ts")).toBe(false);
  expect(mayImport("terminal", "src/lib/catalogue.ts")).toBe(true);
  expect(mayImport("terminal", "src/commands/status.ts")).toBe(false);
  expect(mayImport("commands", "test/support/workspace.ts")).toBe(false);
  expect(
    importsOf('import type { A } from "./a.ts";\nexport {\n B,\n} from "./b.ts"; await import("./c.ts"); import "d";'),
  ).toEqual(["./a.ts", "./b.ts", "./c.ts", "d"]);
});

test.for(RESERVED)("$packages is imported by $folders only", ({ packages, folders }) => {
  const wrong = sources
    .filter(({ folder }) => !folders.includes(folder))
    .filter(({ text }) => importsOf(text).some((specifier) => packages.test(specifier)))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

test.for([
  {
    what: "SQL",
    pattern: /["'`\s(](?:SELECT .+ FROM|INSERT INTO|UPDATE \S+ SET|DELETE FROM|CREATE TABLE|PRAGMA) /,
    folder: "storage",
  },
  { what: "AES without the one wrapper", pattern: /\bcreate(?:Cipher|Decipher)iv\b/, folder: "crypto" },
  { what: "random bytes", pattern: /\brandom(?:Bytes|Fill|FillSync|UUID|Int)\b|\bgetRandomValues\b/, folder: "crypto" },
])("$what stands in src/lib/$folder only", ({ pattern, folder }) => {
  const wrong = sources.filter((source) => source.folder !== folder && pattern.test(source.text));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("files are named after one thing", () => {
  const vague = /(?:^|\/)(?:index|utils?|helpers?|types?|common|misc)(?:\.ts|\/)/;
  expect([...sources, ...tests].filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
});

test.for([
  { files: sources, limit: 300, where: "src" },
  { files: tests, limit: 500, where: "test" },
])("no file in $where has more than $limit lines", ({ files, limit }) => {
  const long = files.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
  expect(long.filter(({ lines }) => lines > limit)).toEqual([]);
});

test.for([
  { what: "any", pattern: /(?::|\bas|[<,|&])\s*any\b(?=\s*[;,)>|&=\]}])/ },
  { what: "enum", pattern: /^\s*(?:export\s+)?(?:const\s+)?enum\s/m },
  {
    what: "work left for later",
    pattern: new RegExp(`\\b(?:${["TO", "DO"].join("")}|${["FIX", "ME"].join("")}|X{3})\\b`),
  },
  { what: "a skipped or focused test", pattern: /\b(?:test|describe|it)\.(?:only|todo)\b/ },
])("nowhere: $what", ({ pattern }) => {
  expect([...sources, ...tests].filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
});

test("tests mirror the sources that they are of", () => {
  const known = new Set(
    globSync("{src,bin}/**/*", { cwd: ROOT }).map((path) => path.replace(/^src\//, "").replace(/\.\w+$/, "")),
  );
  const strays = tests
    .map(({ path }) => /^test\/((?:lib|bin)\/[^.]*)\.(?:[a-z-]+\.)?test\.ts$/.exec(path)?.[1])
    .filter((name) => name !== undefined && !known.has(name));
  expect(strays).toEqual([]);
});

/** `key` of src/lib/key/rotate.ts, `errors.ts` of src/lib/errors.ts, `commands`, or the path itself elsewhere. */
function folderOf(path: string): string {
  const [root, second, third] = path.split("/");
  if (root !== "src") return path;
  return second === "lib" ? (third ?? "") : (second ?? "");
}

/** The lowest is 0; -1 is a folder without a row. */
function rowOf(folder: string): number {
  const row = ROWS.findIndex((folders) => folders.includes(folder));
  return row === -1 && /^[a-z-]+\.ts$/.test(folder) ? 0 : row;
}

function mayImport(folder: string, target: string): boolean {
  const other = folderOf(target);
  const [from, to] = [rowOf(folder), rowOf(other)];
  return to !== -1 && (to < from || folder === other || (from === 0 && to === 0));
}

function importsOf(text: string): string[] {
  const pattern =
    /\b(?:import|export)\b[^;"'()]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']|\bimport\s+["']([^"']+)["']/g;
  return Array.from(text.matchAll(pattern), (match) => match[1] ?? match[2] ?? match[3] ?? "");
}
