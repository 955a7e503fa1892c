import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/lib/bytes.ts";
import { ConclaveError } from "../../../src/lib/errors.ts";
import {
  createFileDurably,
  ioExplained,
  readSmallFile,
  removeFileDurably,
  replaceFileDurably,
} from "../../../src/lib/host/files.ts";
import { makePipe } from "../../support/pipe.ts";
import { haveStrace } from "../../support/strace.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

let place: Workspace;
let folder: string;
let file: string;

beforeEach(async () => {
  place = await workspace();
  folder = place.file("folder");
  mkdirSync(folder, { mode: 0o700 });
  file = place.file("folder/alice.share");
});

afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

const BYTES = utf8("sealed");

/** Names in the folder: nothing temporary may be left. */
function names(): string[] {
  return readdirSync(folder).sort();
}

describe("a new file", () => {
  test("has its bytes and mode 0600, and nothing else is left", () => {
    createFileDurably(file, BYTES);
    expect(readFileSync(file)).toEqual(Buffer.from(BYTES));
    expect(names()).toEqual(["alice.share"]);
  });

  test.for([0, 0o077, 0o777])("H3: has mode 0600 under the mask %o or less", (mask) => {
    const before = process.umask(mask);
    try {
      createFileDurably(file, BYTES);
    } finally {
      process.umask(before);
    }
    expect(statSync(file).mode & 0o7777).toBe(0o600 & ~mask);
  });

  test("may be empty, or larger than one write", () => {
    createFileDurably(file, new Uint8Array());
    const large = new Uint8Array(3_000_000).fill(7);
    createFileDurably(place.file("folder/large"), large);
    expect([statSync(file).size, readFileSync(place.file("folder/large")).equals(large)]).toEqual([0, true]);
  });

  test.for<{ what: string; there: () => void }>([
    { what: "a file", there: () => writeFileSync(file, "old") },
    { what: "a directory", there: () => mkdirSync(file) },
    { what: "a symbolic link to a file", there: () => symlinkSync(place.file("victim"), file) },
    { what: "a symbolic link to nothing", there: () => symlinkSync("/nonexistent/file", file) },
    { what: "a hard link to a file", there: () => linkSync(place.file("victim"), file) },
    { what: "a pipe", there: () => makePipe(file) },
  ])("H2: is refused where $what has its name; that stays as it is", ({ there }) => {
    writeFileSync(place.file("victim"), "untouched");
    there();
    expect(() => createFileDurably(file, BYTES)).toThrow(
      expect.objectContaining({
        code: "EXISTS",
        message: `${file} exists already`,
        suggestions: ["Nothing is overwritten: name another file, or move this one away"],
      }),
    );
    expect(readFileSync(place.file("victim"), "utf8")).toBe("untouched");
    expect(names()).toEqual(["alice.share"]);
  });

  test.for<{ what: string; there: (temporary: string) => void }>([
    { what: "a file that a crash left", there: (temporary) => writeFileSync(temporary, "half a sha") },
    { what: "a symbolic link to a file", there: (temporary) => symlinkSync(place.file("victim"), temporary) },
    { what: "a hard link to a file", there: (temporary) => linkSync(place.file("victim"), temporary) },
  ])("H2, H3: replaces $what under its temporary name, and follows nothing", ({ there }) => {
    writeFileSync(place.file("victim"), "untouched");
    there(place.file("folder/.temporary"));
    createFileDurably(file, BYTES, ".temporary");
    expect(readFileSync(place.file("victim"), "utf8")).toBe("untouched");
    expect(readFileSync(file)).toEqual(Buffer.from(BYTES));
    expect(names()).toEqual(["alice.share"]);
  });

  test("is refused where a directory has its temporary name", () => {
    mkdirSync(place.file("folder/.temporary"));
    expect(() => createFileDurably(file, BYTES, ".temporary")).toThrow(expect.objectContaining({ code: "HOST_IO" }));
    expect(existsSync(file)).toBe(false);
  });

  test("is refused where there is no such folder", () => {
    expect(() => createFileDurably(place.file("missing/a"), BYTES)).toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
  });
});

describe("a replaced file", () => {
  test("has the new bytes whole, whether or not there were old ones", () => {
    replaceFileDurably(file, utf8("first, and longer"));
    replaceFileDurably(file, BYTES);
    expect(readFileSync(file)).toEqual(Buffer.from(BYTES));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(names()).toEqual(["alice.share"]);
  });

  test("H2: takes the place of a symbolic link; what that pointed to stays", () => {
    writeFileSync(place.file("victim"), "untouched");
    symlinkSync(place.file("victim"), file);
    replaceFileDurably(file, BYTES);
    expect(lstatSync(file).isSymbolicLink()).toBe(false);
    expect(readFileSync(place.file("victim"), "utf8")).toBe("untouched");
  });

  test("can't be a directory", () => {
    mkdirSync(file);
    expect(() => replaceFileDurably(file, BYTES)).toThrow(expect.objectContaining({ code: "HOST_IO" }));
  });
});

describe("reading", () => {
  test("gives the bytes, in memory that no pool shares", () => {
    writeFileSync(file, BYTES);
    const bytes = readSmallFile(file, BYTES.length);
    expect([...bytes]).toEqual([...BYTES]);
    expect(bytes.buffer.byteLength).toBe(BYTES.length);
    writeFileSync(file, "");
    expect(readSmallFile(file, 10)).toHaveLength(0);
  });

  test.for<{ what: string; there: () => void; code: string; problem: RegExp }>([
    {
      what: "a byte more than the limit",
      there: () => writeFileSync(file, new Uint8Array(101)),
      code: "INPUT_MALFORMED",
      problem: /alice\.share: 101 bytes, at most 100 are read$/,
    },
    {
      what: "a huge hole",
      there: () => {
        writeFileSync(file, "");
        truncateSync(file, 2 ** 40);
      },
      code: "INPUT_MALFORMED",
      problem: /at most 100 are read$/,
    },
    { what: "a directory", there: () => mkdirSync(file), code: "INPUT_MALFORMED", problem: /not a regular file$/ },
    {
      what: "a pipe that nobody writes",
      there: () => makePipe(file),
      code: "INPUT_MALFORMED",
      problem: /not a regular file$/,
    },
    {
      what: "a device",
      there: () => symlinkSync("/dev/zero", file),
      code: "INPUT_MALFORMED",
      problem: /not a regular file$/,
    },
    { what: "nothing", there: () => {}, code: "NOT_FOUND", problem: /no such file or directory$/ },
    {
      what: "a link to itself",
      there: () => symlinkSync(file, file),
      code: "HOST_PREFLIGHT",
      problem: /a symbolic link/,
    },
  ])("refuses $what", ({ there, code, problem }) => {
    there();
    expect(() => readSmallFile(file, 100)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(problem) }),
    );
  });
});

test("a file is removed, or wasn't there; a link is removed, not what it points to", () => {
  removeFileDurably(file);
  writeFileSync(place.file("victim"), "untouched");
  symlinkSync(place.file("victim"), file);
  removeFileDurably(file);
  expect([names(), readFileSync(place.file("victim"), "utf8")]).toEqual([[], "untouched"]);
  expect(() => removeFileDurably(folder)).toThrow(expect.objectContaining({ code: "HOST_IO" }));
});

test("errors of the system are told with the path, others stay what they are", () => {
  const fail = (error: unknown) => () =>
    ioExplained("/a/path", () => {
      throw error;
    });
  const system = (code: string) => Object.assign(new Error(`${code}: bad`), { code });
  for (const code of ["EIO", "ENOSPC", "EROFS", "EACCES", "EMFILE", "EDQUOT"]) {
    expect(fail(system(code))).toThrow(
      expect.objectContaining({
        code: "HOST_IO",
        message: `/a/path: the host could not read or write it (${code})`,
        suggestions: ["Check free space, quota and permissions"],
      }),
    );
  }
  const told = new ConclaveError("REFUSED", "no");
  expect(fail(told)).toThrow(told);
  expect(fail(new TypeError("our own mistake"))).toThrow(TypeError);
});

describe.skipIf(!haveStrace)("H2, H3: what the system is asked for (strace)", () => {
  /** The calls that one act makes in the folder, with the folder's path left out. */
  function calls(act: string): string[] {
    const log = place.file("trace");
    const source = new URL("../../../src/lib/host/files.ts", import.meta.url).href;
    const program = `import { ${act} } from ${JSON.stringify(source)}; ${act}(${JSON.stringify(file)}, Uint8Array.of(1));`;
    const traced = "trace=?openat,?fsync,?link,?linkat,?rename,?renameat,?renameat2,?unlink,?unlinkat";
    const node = [process.execPath, "--input-type=module", "--eval", program];
    execFileSync("strace", ["-f", "-y", "-qq", "-e", "signal=none", "-e", traced, "-o", log, ...node]);
    const lines = readFileSync(log, "utf8").split("\n");
    return lines
      .filter((line) => line.includes(folder))
      .map((line) =>
        line
          .replaceAll(folder, "FOLDER")
          .replace(/^\d+ +/, "")
          .replaceAll(/\.[0-9]+(?=[">])/g, ".PID"),
      )
      .map((line) => line.replaceAll(/AT_FDCWD(?:<[^>]*>)?, /g, "").replaceAll(/\b\d+<(\S*)>/g, "$1"))
      .map((line) =>
        line
          .replace(/ += .*$/, "")
          .replace(/^(link|rename|unlink)at2?\(/, "$1(")
          .replace(", 0)", ")"),
      );
  }

  const written = [
    'openat("FOLDER/.alice.share.PID", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600)',
    "fsync(FOLDER/.alice.share.PID)",
  ];
  const folderSynced = ['openat("FOLDER", O_RDONLY|O_CLOEXEC|O_DIRECTORY)', "fsync(FOLDER)"];

  test("a new file: exclusive, followed nowhere, 0600; synced, named by a link that replaces nothing, the folder synced", () => {
    expect(calls("createFileDurably")).toEqual([
      ...written,
      'link("FOLDER/.alice.share.PID", "FOLDER/alice.share")',
      'unlink("FOLDER/.alice.share.PID")',
      ...folderSynced,
    ]);
  });

  test("a replaced file: the same, but renamed over the old one", () => {
    expect(calls("replaceFileDurably")).toEqual([
      ...written,
      'rename("FOLDER/.alice.share.PID", "FOLDER/alice.share")',
      ...folderSynced,
    ]);
  });
});
