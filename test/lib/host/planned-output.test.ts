import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import type { RecordedOutput } from "../../../src/lib/host/output-record.ts";
import {
  finishOutput,
  nameOutput,
  outputPath,
  removeOutput,
  sparePath,
  stagedPath,
} from "../../../src/lib/host/planned-output.ts";
import { madeOf } from "../../support/left-output.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const PLAN = "0123456789abcdef".repeat(2);
const SECRET = "what the plan made";

let place: Workspace;
let folder: string;
let path: string;
let staged: string;
let spare: string;
beforeAll(async () => {
  place = await workspace();
  folder = place.file("out");
  path = `${folder}/made`;
  staged = stagedPath(path, PLAN);
  spare = sparePath(path, PLAN);
});
beforeEach(() => {
  mkdirSync(folder);
  writeFileSync(staged, SECRET, { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(async () => place[Symbol.asyncDispose]());

function recorded(text = SECRET): RecordedOutput {
  return { path, made: madeOf(utf8(text)) };
}

const textOf = (name: string) => readFileSync(name, "utf8");

test("names beside the output; the path is that which no link leads to", async () => {
  expect([staged, spare]).toEqual([`${folder}/.made.${PLAN}`, `${folder}/made.${PLAN}`]);
  symlinkSync(folder, place.file("link"));
  expect(outputPath(place.file("link/made"))).toBe(path);
  expect(await refusalOf(() => outputPath(place.file("none/made")))).toMatchObject({ code: "NOT_FOUND" });
});

test("the longest name, and one above", async () => {
  const longest = `${folder}/${"ä".repeat(110)}a`;
  writeFileSync(stagedPath(outputPath(longest), PLAN), "");
  expect(nameOutput(longest, PLAN)).toBe(longest);
  expect(await refusalOf(() => outputPath(`${longest}a`))).toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("the name has more than 221 bytes"),
  });
});

describe("H2: an output gets its name, or the spare one, never another's", () => {
  test("its name", () => {
    expect(nameOutput(path, PLAN)).toBe(path);
    expect(readdirSync(folder)).toEqual(["made"]);
  });

  test.for(["file", "folder", "link"])("the spare one, if there is a %s of its name", (what) => {
    take(path, what);
    expect(nameOutput(path, PLAN)).toBe(spare);
    expect(textOf(spare)).toBe(SECRET);
    expect(existsSync(staged)).toBe(false);
    expect(existsSync(place.file("elsewhere"))).toBe(false);
  });

  test("none, if both are taken: it stays where it is", async () => {
    take(path, "file");
    take(spare, "link");
    expect(await refusalOf(() => nameOutput(path, PLAN))).toMatchObject({ code: "EXISTS" });
    expect(await finishOutput(recorded(), PLAN)).toMatchObject({ kind: "stuck" });
    expect(textOf(staged)).toBe(SECRET);
  });
});

describe("what an executed plan made is finished", () => {
  test("before it had its name", async () => {
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "finished", path });
    expect(textOf(path)).toBe(SECRET);
    expect(readdirSync(folder)).toEqual(["made"]);
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "there" });
  });

  test.for(["its", "the spare"])("between getting %s name and losing the temporary one", async (which) => {
    const name = which === "its" ? path : spare;
    if (which !== "its") take(path, "file");
    linkSync(staged, name);
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "finished", path: name });
    expect(existsSync(staged)).toBe(false);
  });

  test("on a disk that copied both names of it", async () => {
    writeFileSync(path, SECRET);
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "finished", path });
    expect(readdirSync(folder)).toEqual(["made"]);
  });

  test("under the spare name, if its own was taken meanwhile", async () => {
    take(path, "file");
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "finished", path: spare });
    expect([textOf(path), textOf(spare)]).toEqual(["another's", SECRET]);
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "finished", path: spare });
  });

  test("an empty one", async () => {
    writeFileSync(staged, "");
    expect(await finishOutput(recorded(""), PLAN)).toEqual({ kind: "finished", path });
  });

  test("one that is not there any more is told of; another's of its name is not taken for it", async () => {
    rmSync(staged);
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "gone" });
    expect(await finishOutput({ path, made: null }, PLAN)).toEqual({ kind: "gone" });
    take(path, "file");
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "gone" });
    expect(textOf(path)).toBe("another's");
  });
});

const FOREIGN = [
  { what: "a symbolic link", problem: "is no regular file", plant: () => symlinkSync(place.file("precious"), staged) },
  { what: "a folder", problem: "is no regular file", plant: () => mkdirSync(staged) },
  {
    what: "another's file by a hard link",
    problem: "has another name too",
    plant: () => linkSync(place.file("precious"), staged),
  },
];

describe("H2: what is not ours is neither renamed nor removed", () => {
  beforeEach(() => writeFileSync(place.file("precious"), SECRET));

  test.for(FOREIGN)("$what in its place", async ({ plant, problem }) => {
    rmSync(staged);
    plant();
    const stuck = { kind: "stuck", problem: expect.stringContaining(problem) };
    expect(await finishOutput(recorded(), PLAN)).toEqual(stuck);
    expect(removeOutput({ path }, PLAN)).toEqual(stuck);
    expect(readdirSync(folder)).toEqual([`.made.${PLAN}`]);
    expect(textOf(place.file("precious"))).toBe(SECRET);
  });

  test.for([
    { what: "a byte less", text: SECRET.slice(1) },
    { what: "another byte", text: SECRET.replace("w", "W") },
  ])("an altered one is not finished: $what", async ({ text }) => {
    writeFileSync(staged, text);
    expect(await finishOutput(recorded(), PLAN)).toEqual({ kind: "stuck", problem: "is not what the plan made" });
    expect(readdirSync(folder)).toEqual([`.made.${PLAN}`]);
  });

  test("one that was never finished is not, though the plan was executed", async () => {
    expect(await finishOutput({ path, made: null }, PLAN)).toMatchObject({ kind: "stuck" });
  });

  test("a folder that is gone, or that a link stands for now", async () => {
    renameSync(folder, place.file("moved"));
    const gone = { kind: "stuck", problem: "its folder is not there" };
    expect([await finishOutput(recorded(), PLAN), removeOutput({ path }, PLAN)]).toEqual([gone, gone]);
    symlinkSync(place.file("moved"), folder);
    const linked = { kind: "stuck", problem: "its folder is reached by a symbolic link now" };
    expect([await finishOutput(recorded(), PLAN), removeOutput({ path }, PLAN)]).toEqual([linked, linked]);
    rmSync(folder);
    renameSync(place.file("moved"), folder);
    expect(readdirSync(folder)).toEqual([`.made.${PLAN}`]);
  });

  test("another user's", async () => {
    const uid = process.getuid;
    process.getuid = () => 12345;
    try {
      expect(await finishOutput(recorded(), PLAN)).toMatchObject({
        kind: "stuck",
        problem: `belongs to user ${uid?.()}`,
      });
      expect(removeOutput({ path }, PLAN)).toMatchObject({ kind: "stuck" });
    } finally {
      if (uid !== undefined) process.getuid = uid;
    }
  });
});

test("what a plan made that was not executed is removed, and nothing else", () => {
  writeFileSync(`${folder}/.made.${"f".repeat(32)}`, "another plan's");
  writeFileSync(path, "another's");
  chmodSync(path, 0o400);
  expect(removeOutput({ path }, PLAN)).toEqual({ kind: "removed" });
  expect(removeOutput({ path }, PLAN)).toEqual({ kind: "nothing" });
  expect(readdirSync(folder)).toEqual([`.made.${"f".repeat(32)}`, "made"]);
});

function take(name: string, what: string): void {
  if (what === "file") writeFileSync(name, "another's");
  else if (what === "folder") mkdirSync(name);
  else symlinkSync(place.file("elsewhere"), name);
}
