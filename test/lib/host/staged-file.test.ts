import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { StagedFile } from "../../../src/lib/host/staged-file.ts";
import { refusalOf } from "../../support/refusal.ts";
import { haveStrace } from "../../support/strace.ts";
import { workspace } from "../../support/workspace.ts";

test("there is nothing of that name before it is published, then all of it, for its owner alone", async () => {
  await using place = await workspace();
  {
    await using file = new StagedFile(place.file("out"));
    await file.write([utf8("one "), new Uint8Array(), utf8("two ")]);
    await file.write([utf8("three")]);
    await file.finish();
    expect(existsSync(place.file("out"))).toBe(false);
    expect(namesIn(place.path)).toEqual([`.out.${process.pid}`]);
    await file.publish();
  }
  expect(readFileSync(place.file("out"), "utf8")).toBe("one two three");
  expect(lstatSync(place.file("out")).mode & 0o777).toBe(0o600);
  expect(namesIn(place.path)).toEqual(["out"]);
});

test("what isn't published leaves nothing, nor does what a dead process left", async () => {
  await using place = await workspace({ ".out.999999999": "left", ".out.note": "another's" });
  {
    await using file = new StagedFile(place.file("out"));
    await file.write([utf8("secret")]);
  }
  expect(namesIn(place.path)).toEqual([".out.note"]);
});

test("H2: a name that is taken, before or meanwhile, is refused; links are not followed", async () => {
  await using place = await workspace({ there: "before" });
  symlinkSync(place.file("elsewhere"), place.file("link"));
  for (const name of ["there", "link"])
    expect(await refusalOf(() => new StagedFile(place.file(name)))).toMatchObject({ code: "EXISTS" });
  {
    await using file = new StagedFile(place.file("late"));
    symlinkSync(place.file("elsewhere"), place.file("late"));
    await file.write([utf8("secret")]);
    await file.finish();
    expect(await refusalOf(file.publish())).toMatchObject({ code: "EXISTS" });
  }
  expect(existsSync(place.file("elsewhere"))).toBe(false);
  expect(await refusalOf(() => new StagedFile(place.file("none/out")))).toMatchObject({ code: "NOT_FOUND" });
});

test("a disk that is full is told of", async () => {
  await using place = await workspace();
  const program = `
    import { StagedFile } from ${JSON.stringify(new URL("../../../src/lib/host/staged-file.ts", import.meta.url).href)};
    await using file = new StagedFile(process.argv[2]);
    await file.write([new Uint8Array(3 << 20)]);
    try { await file.finish(); } catch (error) { console.log(error.code, error.message); }`;
  writeFileSync(place.file("program.mjs"), program);
  // A limit on the size of files stands for the disk.
  const script = `trap '' XFSZ; ulimit -f 1024; exec "${process.execPath}" program.mjs "$PWD/out"`;
  const { stdout } = spawnSync("/bin/bash", ["-c", script], { cwd: place.path, encoding: "utf8" });
  expect(stdout).toMatch(/^HOST_IO .*\(EFBIG\)/);
  expect(namesIn(place.path)).toEqual(["program.mjs"]);
});

test.skipIf(!haveStrace)("a sync that fails on the way is told of, and not tried again (needs strace)", async () => {
  await using place = await workspace();
  const program = `
    import { StagedFile } from ${JSON.stringify(new URL("../../../src/lib/host/staged-file.ts", import.meta.url).href)};
    await using file = new StagedFile(process.argv[2]);
    for (let i = 0; i < 70; i++) await file.write([new Uint8Array(1 << 20)]);
    try { await file.finish(); } catch (error) { console.log(error.code, error.message); }`;
  writeFileSync(place.file("program.mjs"), program);
  const trace = ["-f", "-qq", "-o", place.file("trace"), "-e", "trace=fsync", "-e", "inject=fsync:error=EIO:when=1"];
  const { stdout } = spawnSync("strace", [...trace, process.execPath, "program.mjs", place.file("out")], {
    cwd: place.path,
    encoding: "utf8",
  });
  expect(stdout).toMatch(/^HOST_IO .*\(EIO\)/);
  expect(readFileSync(place.file("trace"), "utf8").match(/fsync\(/g)).toHaveLength(1);
  expect(namesIn(place.path)).toEqual(["program.mjs", "trace"]);
});

test("a process that is told to end leaves nothing", async () => {
  await using place = await workspace();
  const program = `
    import { StagedFile } from ${JSON.stringify(new URL("../../../src/lib/host/staged-file.ts", import.meta.url).href)};
    const file = new StagedFile(process.argv[2]);
    await file.write([new Uint8Array(10)]);
    process.exit(0);`;
  writeFileSync(place.file("program.mjs"), program);
  execFileSync(process.execPath, ["program.mjs", place.file("out")], { cwd: place.path });
  expect(namesIn(place.path)).toEqual(["program.mjs"]);
});

/** What lies in a workspace beside its own folders. */
function namesIn(path: string): string[] {
  return readdirSync(path).filter((name) => !["data", "home", "state"].includes(name));
}
