import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT_STATUS, EXIT_STATUSES, INTERNAL_STATUS } from "../../src/lib/terminal/exit-status.ts";
import { scrub } from "../support/scrub.ts";
import type { Terminal } from "../support/terminal.ts";
import { type Workspace, workspace } from "../support/workspace.ts";
import { ROOT, readPage } from "./page.ts";

const page = readPage("README.md");
const chapter = page.section("A real vault");

/** What people answer in the blocks that need a room, in the order of these blocks. */
const ROOMS: readonly ((terminal: Terminal, place: Workspace) => Promise<void>)[] = [
  async (terminal) => {
    for (const name of ["alice", "bob", "carol"]) {
      await answer(terminal, `${name}: new passphrase`, passphrase(name));
      await answer(terminal, `${name}: once more`, passphrase(name));
    }
    for (const name of ["alice", "bob", "carol"]) await answer(terminal, `${name}: your passphrase`, passphrase(name));
  },
  async (terminal, place) => {
    for (const name of ["alice", "bob"]) {
      await answer(terminal, `❯ ${name}`, "");
      await answer(terminal, `${name}: where is your share file?`, place.file(`media/${name}/${name}.share`));
      await answer(terminal, `${name}: your passphrase`, passphrase(name));
    }
    await answer(terminal, "Type yes", "yes");
  },
  (terminal) => answer(terminal, "carol's passphrase", passphrase("carol")),
];

function passphrase(name: string): string {
  return `velvet ${name} harbour under nine quiet lanterns`;
}

async function answer(terminal: Terminal, question: string, words: string): Promise<void> {
  await terminal.waitFor(question, 20_000);
  terminal.type(`${words}\r`);
}

/** The blocks of the chapter, in one shell on a terminal: `sh run` as they are, `sh room` with people who answer. */
async function follow(place: Workspace): Promise<string> {
  const rooms = [...ROOMS];
  const profile = await place.write("profile", `cd "${ROOT}"; trap 'echo "FAILED: $BASH_COMMAND"' ERR\n`);
  await using terminal = place.terminalWith({ program: ["/bin/bash", "--noediting", "--rcfile", profile] });
  for (const [, kind, block = ""] of chapter.text.matchAll(/^```sh (run|room)\n([^]*?)^```$/gm)) {
    // Where the page names places of a real host, the test has its own.
    const script = await place.write("block.sh", block.replace(/(?<![\w.])\/(srv|media)\//g, `${place.path}/$1/`));
    terminal.type(`. "${script}"; echo "ended: $?"\r`);
    if (kind === "room") await rooms.shift()?.(terminal, place);
    expect(await terminal.waitFor(/ended: \d+|FAILED: .*/, 60_000)).toBe("ended: 0");
  }
  expect(rooms).toEqual([]);
  terminal.type("exit\r");
  await terminal.exit;
  return terminal.screen();
}

/** Output as every run shows it. */
function timeless(text: string): string {
  return scrub(text, ROOT).replace(/\b(?:UUID|DIGEST) \d+|\b[0-9a-f]{10}\b/g, "X");
}

describe("the chapter about a real vault", () => {
  let place: Workspace;
  let screen = "";

  beforeAll(async () => {
    place = await workspace();
    for (const folder of ["srv", "media/alice", "media/bob", "media/carol"]) {
      mkdirSync(place.file(folder), { recursive: true, mode: 0o700 });
    }
    screen = await follow(place);
  }, 120_000);

  afterAll(() => place[Symbol.asyncDispose]());

  test.for(chapter.fenced("text").map((shown) => ({ shown, start: shown.split("\n")[0] })))(
    "shows what its commands show: $start",
    ({ shown }) => {
      expect(timeless(screen)).toContain(timeless(shown));
    },
  );

  test("leaves a vault and three share files, each on its stick", () => {
    const files = globSync(["srv/**/*", "media/**/*"], { cwd: place.path }).filter((path) => /\.\w+$|-\d$/.test(path));
    expect(files.sort((a, b) => (a < b ? -1 : 1))).toEqual([
      "media/alice/alice.share",
      "media/alice/checkpoint-1",
      "media/bob/bob.share",
      "media/carol/carol.share",
      "srv/conclave/vault/host.key",
      "srv/conclave/vault/vault.db",
    ]);
  });

  test.for(page.section("JSON").rows())(
    "$0 --json has the members that the table names",
    async ([name = "", told = ""]) => {
      const command = name.replaceAll("`", "");
      const seen = await place.run(...command.split(" "), ...argumentsOf(command, place.file("home/lab")), "--json");
      expect(seen.stderr).toBe("");
      const members = Object.keys(Object(seen.json()));
      expect(new Set(members)).toEqual(new Set(told.replace(/\(.*\)/, "").match(/\w+/g)));
    },
  );
});

/** What makes a command succeed in the lab that the chapter leaves. */
function argumentsOf(command: string, lab: string): string[] {
  const passphrases = ["alice", "bob"].flatMap((who) => ["--passphrase-file", `${who}=${lab}/${who}.passphrase`]);
  const shares = ["alice", "bob"].flatMap((who) => ["--share", `${lab}/shares/${who}.share`]);
  const vault = ["--vault", `${lab}/vault`];
  switch (command) {
    case "init": {
      const custodians = ["alice", "bob"].flatMap((who) => ["--custodian", who]);
      const places = ["--vault", `${lab}/second`, "--shares-dir", `${lab}/second-shares`];
      return ["--rehearsal", "--threshold", "2", ...custodians, ...places, ...passphrases];
    }
    case "key create":
      return ["more", "--algorithm", "aes-256", "--yes", ...vault, ...shares, ...passphrases];
    case "key create --dry-run":
      return ["again", "--algorithm", "aes-256", ...vault];
    case "key show":
    case "key history":
      return ["signing", ...vault];
    case "keyring show":
      return ["default", ...vault];
    case "audit show":
      return ["1", ...vault];
    case "share inspect":
      return [`${lab}/shares/alice.share`];
    case "share verify":
      return [`${lab}/shares/alice.share`, ...vault, ...passphrases];
    default:
      return vault;
  }
}

test("every command has its row, and so has nothing else", () => {
  const commands = globSync("src/commands/**/*.ts", { cwd: ROOT }).map((path) =>
    path.slice("src/commands/".length, -".ts".length).replaceAll("/", " "),
  );
  expect(new Set(page.section("Commands").firstCells())).toEqual(new Set(commands));
  const withJson = page
    .section("JSON")
    .firstCells()
    .map((name) => name.replace(/ --.*/, ""));
  expect(new Set(withJson)).toEqual(new Set(commands.filter((name) => name !== "rehearsal")));
});

test("the exit statuses are those of the code, each with its codes", () => {
  const codes = (status: number) =>
    Object.entries({ INTERNAL: INTERNAL_STATUS, ...EXIT_STATUS })
      .filter(([, its]) => its === status)
      .map(([code]) => `\`${code}\``)
      .join(" ");
  const rows = page.section("Exit statuses").rows();
  expect(rows.map(([status, meaning, told = ""]) => [Number(status), meaning, told.trim()])).toEqual(
    Array.from(EXIT_STATUSES, ([status, meaning]) => [status, meaning, codes(status)]),
  );
});

test("what npm is asked to do, it can do", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const asked = Array.from(page.text.matchAll(/npm (?:run )?([a-z]+)/g), ([, name]) => name ?? "");
  const own = asked.filter((name) => !["ci", "as"].includes(name));
  expect(own.filter((name) => !(name in scripts))).toEqual([]);
});
