import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  assertPrivateDirectory,
  assertPrivateFile,
  assertPrivatePlace,
  createPrivateDirectory,
} from "../../../src/lib/host/directory.ts";
import { makePipe } from "../../support/pipe.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let place: Workspace;
/** A directory as it must be, two levels below the workspace. */
let directory: string;
let parent: string;

beforeEach(async () => {
  place = await workspace();
  parent = place.file("parent");
  directory = join(parent, "vault");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

describe("H1: a directory is private", () => {
  test.for<{ what: string; change: () => void }>([
    { what: "as it was made", change: () => {} },
    { what: "with a parent that others may read", change: () => chmodSync(parent, 0o755) },
    { what: "with a parent that anybody may write, but sticky", change: () => chmodSync(parent, 0o1777) },
    {
      what: "below a symbolic link to a sound parent",
      change: () => {
        renameSync(parent, place.file("real"));
        symlinkSync(place.file("real"), parent);
      },
    },
  ])("$what", ({ change }) => {
    change();
    assertPrivateDirectory(directory);
    assertPrivateDirectory(`${directory}/`);
    assertPrivateDirectory(relative(process.cwd(), directory));
  });
});

describe("H1: a directory is refused, with the command that mends it", () => {
  test.for<{ what: string; change: () => void; problem: RegExp; mend: RegExp; root?: boolean }>([
    ...[0o755, 0o750, 0o770, 0o701, 0o702, 0o710, 0o1777].map((mode) => ({
      what: `mode ${mode.toString(8)}`,
      change: () => chmodSync(directory, mode),
      problem: new RegExp(`vault has mode ${mode.toString(8).padStart(4, "0")}, wanted 0700$`),
      mend: /^chmod 700 .*\/vault$/,
    })),
    {
      what: "a symbolic link to a sound directory",
      change: () => {
        renameSync(directory, place.file("elsewhere"));
        symlinkSync(place.file("elsewhere"), directory);
      },
      problem: /vault is a symbolic link$/,
      mend: /^Name the directory itself: .*elsewhere$/,
    },
    {
      what: "a file",
      change: () => {
        rmdirSync(directory);
        writeFileSync(directory, "");
      },
      problem: /vault is not a directory$/,
      mend: /^Name another directory$/,
    },
    {
      what: "another user's",
      root: true,
      change: () => chownSync(directory, NOBODY, NOBODY),
      problem: /vault belongs to user 65534$/,
      mend: /^chown 0 .*\/vault$/,
    },
    ...[0o777, 0o775, 0o720, 0o702].map((mode) => ({
      what: `a parent of mode ${mode.toString(8)}`,
      change: () => chmodSync(parent, mode),
      problem: /parent has mode 0\d+: others may rename what lies in it$/,
      mend: /^chmod go-w .*\/parent$/,
    })),
    {
      what: "a parent of another user",
      root: true,
      change: () => chownSync(parent, NOBODY, NOBODY),
      problem: /parent belongs to user 65534$/,
      mend: /^Put the vault where only you and root own the parents$/,
    },
    {
      what: "a grandparent that anybody may write",
      change: () => chmodSync(place.path, 0o777),
      problem: /has mode 0777: others may rename what lies in it$/,
      mend: /^chmod go-w /,
    },
    {
      what: "below a symbolic link into a directory that anybody may write",
      change: () => {
        mkdirSync(place.file("open/real"), { recursive: true, mode: 0o700 });
        renameSync(directory, place.file("open/real/vault"));
        rmdirSync(parent);
        symlinkSync(place.file("open/real"), parent);
        chmodSync(place.file("open"), 0o777);
      },
      problem: /open has mode 0777: others may rename what lies in it$/,
      mend: /^chmod go-w .*\/open$/,
    },
    {
      what: "below a relative symbolic link into a directory that anybody may write",
      change: () => {
        renameSync(parent, place.file("open"));
        symlinkSync("open", parent);
        chmodSync(place.file("open"), 0o777);
      },
      problem: /open has mode 0777: others may rename what lies in it$/,
      mend: /^chmod go-w .*\/open$/,
    },
    {
      what: "below another user's symbolic link",
      root: true,
      change: () => {
        renameSync(parent, place.file("real"));
        symlinkSync(place.file("real"), parent);
        lchownSync(parent, NOBODY, NOBODY);
      },
      problem: /parent belongs to user 65534$/,
      mend: /^Put the vault where only you and root own the parents$/,
    },
  ])("$what", ({ change, problem, mend, root }, { skip }) => {
    skip(root === true && !isRoot, "only root can give a file to another user");
    change();
    expect(() => assertPrivateDirectory(directory)).toThrow(
      expect.objectContaining({
        code: "HOST_PREFLIGHT",
        message: expect.stringMatching(problem),
        suggestions: [expect.stringMatching(mend)],
      }),
    );
  });

  test("one that isn't there is not found", () => {
    expect(() => assertPrivateDirectory(join(directory, "missing"))).toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
  });

  test("a ring of symbolic links ends", () => {
    symlinkSync("b", place.file("a"));
    symlinkSync("a", place.file("b"));
    expect(() => assertPrivateDirectory(place.file("a/vault"))).toThrow(
      expect.objectContaining({ code: "HOST_PREFLIGHT" }),
    );
  });
});

describe("H1: a place for a directory that isn't there yet", () => {
  test("is private if its parents are", () => {
    assertPrivatePlace(directory);
    assertPrivatePlace(join(directory, "a/b/c"));
  });

  test.for(["", "a", "a/b/c"])("is refused below a parent that anybody may write: %j", (below) => {
    chmodSync(parent, 0o777);
    expect(() => assertPrivatePlace(join(directory, below))).toThrow(
      expect.objectContaining({ code: "HOST_PREFLIGHT", message: expect.stringContaining("parent has mode 0777") }),
    );
  });

  test("is refused if it is there and open", () => {
    chmodSync(directory, 0o755);
    expect(() => assertPrivatePlace(directory)).toThrow(expect.objectContaining({ code: "HOST_PREFLIGHT" }));
  });
});

describe("H1, H2: a file", () => {
  let file: string;

  beforeEach(() => {
    file = join(directory, "vault.db");
    writeFileSync(file, "", { mode: 0o600 });
  });

  test("of mode 0600 or 0400 is private", () => {
    assertPrivateFile(file);
    chmodSync(file, 0o400);
    assertPrivateFile(file);
  });

  test.for<{ what: string; change: () => void; problem: RegExp; mend: RegExp; root?: boolean }>([
    ...[0o644, 0o640, 0o660, 0o604, 0o602].map((mode) => ({
      what: `of mode ${mode.toString(8)}`,
      change: () => chmodSync(file, mode),
      problem: /vault\.db has mode 06\d\d, wanted 0600$/,
      mend: /^chmod 600 .*vault\.db$/,
    })),
    {
      what: "that is a symbolic link",
      change: () => {
        renameSync(file, join(directory, "other"));
        symlinkSync("other", file);
      },
      problem: /vault\.db is a symbolic link$/,
      mend: /^Put the file itself there$/,
    },
    {
      what: "with a second name",
      change: () => linkSync(file, join(directory, "second")),
      problem: /vault\.db has a second name \(hard link\)$/,
      mend: /^find \/ -xdev -samefile .*vault\.db$/,
    },
    {
      what: "that is a pipe",
      change: () => {
        renameSync(file, join(directory, "other"));
        makePipe(file);
      },
      problem: /vault\.db is not a regular file$/,
      mend: /^Put the file itself there$/,
    },
    {
      what: "of another user",
      root: true,
      change: () => chownSync(file, NOBODY, NOBODY),
      problem: /vault\.db belongs to user 65534$/,
      mend: /^chown 0 .*vault\.db$/,
    },
  ])("$what is refused", ({ change, problem, mend, root }, { skip }) => {
    skip(root === true && !isRoot, "only root can give a file to another user");
    change();
    expect(() => assertPrivateFile(file)).toThrow(
      expect.objectContaining({
        code: "HOST_PREFLIGHT",
        message: expect.stringMatching(problem),
        suggestions: [expect.stringMatching(mend)],
      }),
    );
  });

  test("that isn't there is not found", () => {
    expect(() => assertPrivateFile(join(directory, "missing"))).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  });
});

describe("H3: a new directory", () => {
  test("and all that was missing above it have mode 0700, whatever the mask", () => {
    const mask = process.umask(0);
    try {
      expect(createPrivateDirectory(place.file("a/b/c"))).toBe(true);
    } finally {
      process.umask(mask);
    }
    for (const made of ["a", "a/b", "a/b/c"]) expect(statSync(place.file(made)).mode & 0o7777).toBe(0o700);
    assertPrivateDirectory(place.file("a/b/c"));
  });

  test("that is there already is left as it is", () => {
    chmodSync(directory, 0o755);
    expect(createPrivateDirectory(directory)).toBe(false);
    expect(lstatSync(directory).mode & 0o777).toBe(0o755);
  });

  test("can't be made where a file is", () => {
    writeFileSync(place.file("file"), "");
    expect(() => createPrivateDirectory(place.file("file"))).toThrow(expect.objectContaining({ code: "EXISTS" }));
    expect(() => createPrivateDirectory(place.file("file/below"))).toThrow(
      expect.objectContaining({ code: "HOST_IO" }),
    );
  });
});
