import { copyFileSync, globSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Workspace, workspace } from "../support/workspace.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILD: [string, ...string[]] = [process.execPath, "bin/build.js"];

/** A small program in the shape of this one. */
async function project(dependencies: boolean): Promise<Workspace> {
  const place = await workspace({
    "package.json": JSON.stringify({ name: "small", version: "1.0.0", type: "module", oclif: { bin: "small" } }),
    "src/lib/terminal/command-line.ts": "export const runCommandLine: () => void = () => console.log('ran');\n",
    "src/commands/key/list.ts":
      'import { Command } from "@oclif/core/command";\n' +
      'export default class KeyList extends Command {\n  static override summary = "List";\n  async run(): Promise<void> {}\n}\n',
  });
  mkdirSync(place.file("bin"));
  for (const file of ["build.js", "start.js", "run.js"])
    copyFileSync(join(ROOT, "bin", file), place.file(`bin/${file}`));
  if (dependencies) symlinkSync(join(ROOT, "node_modules"), place.file("node_modules"));
  return place;
}

test("one bundle for each command, the manifest of all, nothing else left", async () => {
  await using place = await project(true);
  const seen = await place.runWith({ program: BUILD });
  expect(seen.stderr).toBe("");
  expect(seen.status).toBe(0);
  expect(JSON.parse(readFileSync(place.file("dist/oclif.manifest.json"), "utf8"))).toMatchObject({
    commands: { "key:list": { summary: "List", relativePath: ["commands", "key", "list.js"], isESM: true } },
    version: "1.0.0",
  });
  expect(globSync("dist*", { cwd: place.path })).toEqual(["dist"]);
  expect((await place.runWith({ program: [process.execPath, "bin/run.js"] })).stdout).toBe("ran\n");
});

test("it is built again when a source changed, and only then", async () => {
  await using place = await project(true);
  const built = async () => {
    await place.runWith({ program: BUILD });
    return statSync(place.file("dist")).ino;
  };
  const first = await built();
  expect(await built()).toBe(first);
  await place.write(
    "src/commands/key/list.ts",
    readFileSync(place.file("src/commands/key/list.ts"), "utf8").replace("List", "L"),
  );
  expect(await built()).not.toBe(first);
});

test("several builds at the same time leave a whole one", async () => {
  await using place = await project(true);
  const seen = await Promise.all([1, 2, 3].map(() => place.runWith({ program: BUILD })));
  expect(seen.map(({ status, stderr }) => `${status}${stderr}`)).toEqual(["0", "0", "0"]);
  expect(globSync("dist*", { cwd: place.path })).toEqual(["dist"]);
  expect(globSync("dist/{main.js,oclif.manifest.json,commands/key/list.js}", { cwd: place.path })).toHaveLength(3);
});

test("a build that fails leaves the one before", async () => {
  await using place = await project(true);
  await place.runWith({ program: BUILD });
  const before = readFileSync(place.file("dist/commands/key/list.js"), "utf8");
  await place.write("src/commands/key/list.ts", "export default class {");
  const seen = await place.runWith({ program: BUILD });
  expect(seen.status).not.toBe(0);
  expect(readFileSync(place.file("dist/commands/key/list.js"), "utf8")).toBe(before);
  expect(globSync("dist*", { cwd: place.path })).toEqual(["dist"]);
});

describe("as npm's prepare script it never fails an installation", () => {
  test("without the development dependencies", async () => {
    await using place = await project(false);
    const seen = await place.runWith({ program: BUILD });
    expect(seen.stderr).toBe("build skipped: rolldown is not installed; conclave runs from src\n");
    expect(seen.status).toBe(0);
  });

  test("on a Node.js that is too old", async () => {
    await using place = await project(true);
    const preload = await place.write(
      "old.cjs",
      'Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });\n',
    );
    const seen = await place.runWith({ program: [process.execPath, "--require", preload, "bin/build.js"] });
    expect(seen.stderr).toMatch(
      /^build skipped: Node\.js 24\.15 or newer is needed, this is .*; conclave runs from src\n$/,
    );
    expect(seen.status).toBe(0);
  });
});
