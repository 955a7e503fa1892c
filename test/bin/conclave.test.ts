import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Workspace, workspace } from "../support/workspace.ts";

const BIN = fileURLToPath(new URL("../../bin", import.meta.url));

/** A program in place of Node.js that tells who it is, and how it was started. */
const telling = (name: string) =>
  `#!/bin/sh\necho "${name}: $*"\nenv | grep -E "^(NODE|SSLKEY|OPENSSL|KEPT)"\necho "core $(ulimit -c) umask $(umask)"\n`;

/** Lay `bin` out as it is in a package at `root`, and a program as `node` wherever `nodes` says. */
async function installed(place: Workspace, root: string, nodes: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(place.file(`${root}/bin`), { recursive: true });
  for (const file of ["conclave", "run.js", "start.js"])
    copyFileSync(join(BIN, file), place.file(`${root}/bin/${file}`));
  for (const [path, content] of Object.entries(nodes)) chmodSync(await place.write(path, content), 0o755);
  return place.file(`${root}/bin/conclave`);
}

describe("which Node.js", () => {
  test.for([
    { what: "the one in its own tree", root: "clone", node: "clone/node_modules/.bin/node" },
    {
      what: "the one beside it, as a dependency",
      root: "app/node_modules/conclave",
      node: "app/node_modules/.bin/node",
    },
    { what: "else the one on PATH", root: "clone", node: "path/node" },
    { what: "not one two folders up that is no node_modules", root: "home/clone", node: "path/node" },
  ])("$what", async ({ root, node }) => {
    await using place = await workspace();
    const others = {
      "path/node": telling("path"),
      ".bin/node": telling("foreign"),
      "home/.bin/node": telling("foreign"),
    };
    const conclave = await installed(place, root, { ...others, [node]: telling("right") });
    const env = { PATH: `${place.file("path")}:/usr/bin:/bin` };
    const seen = await place.runWith({ program: [conclave], env }, "key", "list");
    expect(seen.stdout).toMatch(`right: --disable-sigusr1 ${place.file(root)}/bin/run.js key list\n`);
  });

  test("none at all: one line, exit status 15", async () => {
    await using place = await workspace();
    const conclave = await installed(place, "clone", {});
    mkdirSync(place.file("path"));
    const env = { PATH: place.file("path") };
    const seen = await place.runWith({ program: ["/bin/sh", conclave], env }, "key", "list");
    expect(seen.stderr).toMatch(/^error: Node\.js not found: install version 24\.15 or newer, or run npm ci in .*\n$/);
    expect(seen.status).toBe(15);
  });

  test.for(["20.20.2", "24.14.1", "12.22.0"])("too old (%s): one line, exit status 15", async (version) => {
    await using place = await workspace();
    const versions = `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`;
    const preload = await place.write("versions.cjs", versions);
    const old = `#!/bin/sh\n[ "$1" = --disable-sigusr1 ] && exit 9\nexec "${process.execPath}" --require "${preload}" "$@"\n`;
    const conclave = await installed(place, "clone", { "path/node": old });
    const env = { PATH: `${place.file("path")}:/usr/bin:/bin` };
    const seen = await place.runWith({ program: [conclave], env }, "key", "list");
    expect(seen.stderr).toMatch(/^error: Node\.js 24\.15 or newer is needed, this is v.*\n$/);
    expect(seen.status).toBe(15);
  });

  test("without its dependencies: one line, exit status 15", async () => {
    await using place = await workspace({ "clone/package.json": '{"type":"module"}' });
    const conclave = await installed(place, "clone", {
      "clone/node_modules/.bin/node": `#!/bin/sh\nexec "${process.execPath}" "$@"\n`,
    });
    const seen = await place.runWith({ program: [conclave] }, "key", "list");
    expect(seen.stderr).toBe(`error: conclave cannot start: run npm ci in ${place.file("clone")}/ (Error)\n`);
    expect(seen.status).toBe(15);
  });
});

describe("H6: what it is started with", () => {
  test("nothing inherited that runs foreign code, no core dump, files for the owner only (H3)", async () => {
    await using place = await workspace();
    const conclave = await installed(place, "clone", { "clone/node_modules/.bin/node": telling("node") });
    const env = Object.fromEntries(
      "NODE_OPTIONS NODE_PATH NODE_ENV NODE_REPL_EXTERNAL_MODULE NODE_COMPILE_CACHE SSLKEYLOGFILE OPENSSL_CONF KEPT"
        .split(" ")
        .map((name) => [name, "x"]),
    );
    const program = ["sh", "-c", 'umask 000; exec "$@"', "sh", conclave] as const;
    const seen = await place.runWith({ program: [...program], env });
    expect(seen.stdout).toBe(`node: --disable-sigusr1 ${place.file("clone")}/bin/run.js\nKEPT=x\ncore 0 umask 0077\n`);
  });

  test("arguments arrive as they were given", async () => {
    await using place = await workspace();
    const node = '#!/bin/sh\nfor argument in "$@"; do echo "<$argument>"; done\n';
    const conclave = await installed(place, "a clone", { "a clone/node_modules/.bin/node": node });
    const seen = await place.runWith({ program: [conclave] }, "a  b", "", "$HOME", "*");
    expect(seen.stdout).toBe(`<--disable-sigusr1>\n<${place.file("a clone")}/bin/run.js>\n<a  b>\n<>\n<$HOME>\n<*>\n`);
  });
});

test("open descriptors arrive too, for --passphrase-file NAME=/dev/fd/3", async () => {
  await using place = await workspace();
  const conclave = await installed(place, "clone", { "clone/node_modules/.bin/node": "#!/bin/sh\ncat <&3\n" });
  const descriptor = openSync(await place.write("pass", "correct horse"), "r");
  const seen = await place.runWith({ program: [conclave], descriptors: [descriptor] });
  closeSync(descriptor);
  expect(seen.stdout).toBe("correct horse");
});

test("symbolic links to it are followed, relative ones too", async () => {
  await using place = await workspace();
  const conclave = await installed(place, "lib/conclave", { "lib/conclave/node_modules/.bin/node": telling("right") });
  symlinkSync("../lib/conclave/bin/conclave", place.file("data/relative"));
  symlinkSync(conclave, place.file("absolute"));
  symlinkSync(place.file("data/relative"), place.file("chained"));
  for (const link of ["data/relative", "absolute", "chained"]) {
    const seen = await place.runWith({ program: [place.file(link)] });
    expect(seen.stdout).toMatch(`right: --disable-sigusr1 ${place.file("lib/conclave")}/bin/run.js\n`);
  }
});

test("H10: standard output closed is an error, not success into the void", async () => {
  await using place = await workspace();
  const program = ["sh", "-c", 'exec "$@" >&-', "sh", join(BIN, "conclave")] as const;
  const seen = await place.runWith({ program: [...program] }, "--version");
  expect(seen.stderr).toBe("error: standard output is closed\n");
  expect(seen.status).toBe(15);
});

test.for([
  { what: "help into a pipe that is closed", redirection: '| true; exit "${PIPESTATUS[0]}"', status: 0 },
  { what: "help onto a full disk", redirection: ">/dev/full", status: 15 },
])("$what ends quietly with $status", async ({ redirection, status }) => {
  await using place = await workspace();
  const program = ["bash", "-c", `"$@" ${redirection}`, "bash", join(BIN, "conclave")] as const;
  const seen = await place.runWith({ program: [...program] }, "--help");
  expect(seen.stderr).toBe("");
  expect(seen.status).toBe(status);
});

test("the sources run as the build does", async () => {
  await using place = await workspace();
  const built = await place.run("--help");
  const sources = await place.runWith({ program: [process.execPath, join(BIN, "dev.js")] }, "--help");
  expect(sources.stdout).toBe(built.stdout);
  expect(built.stdout).toMatch(/^Key manager with dual-control ceremonies/);
});
