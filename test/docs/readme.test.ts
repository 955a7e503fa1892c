import { chmodSync, globSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT_STATUS, EXIT_STATUSES, INTERNAL_STATUS } from "../../src/lib/terminal/exit-status.ts";
import { scrub } from "../support/scrub.ts";
import type { Terminal } from "../support/terminal.ts";
import { contentOf, signedByHost } from "../support/transcripts.ts";
import { MadeVault } from "../support/vault.ts";
import { Workspace, workspace } from "../support/workspace.ts";
import { FourMachines } from "./desks.ts";
import { ROOT, readPage } from "./page.ts";

const page = readPage("README.md");
const chapter = page.section("A real vault");
const keys = page.section("Keys");
const backing = page.section("Back up");
const restoring = page.section("Restore on a new host");
const ceremony = page.section("Hold a ceremony");
const doctor = page.section("Before a ceremony: doctor");
const bring = page.section("Bring your own key");
const use = page.section("Use a key");
const exporting = page.section("Export");
const people = page.section("Custodians come and go");
const paper = page.section("On paper");
const desk = page.section("At your own desk");

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
  async (terminal) => {
    await answer(terminal, "carol's passphrase", passphrase("carol"));
    await answer(terminal, "carol: new passphrase", passphrase("caroline"));
    await answer(terminal, "carol: once more", passphrase("caroline"));
  },
  async (terminal, place) => {
    for (const [i, component] of ["0123456789abcdef0123456789abcdef", "fedcba98765432100123456789abcdef"].entries()) {
      await answer(terminal, `Component ${i + 1} of 2: who types it?`, "");
      await answer(terminal, `component ${i + 1}: `, component);
      await answer(terminal, "Does it agree with the one on your form?", "");
    }
    for (const name of ["alice", "bob"]) {
      await answer(terminal, `❯ ${name}`, "");
      await answer(terminal, `${name}: where is your share file?`, `shares/${name}.share`);
      const typed = readFileSync(place.file(`home/lab/${name}.passphrase`), "utf8").trimEnd();
      await answer(terminal, `${name}: your passphrase`, typed);
    }
    await answer(terminal, "Type yes", "yes");
  },
  async (terminal) => {
    await answer(terminal, "carol's passphrase", passphrase("caroline"));
    await answer(terminal, "Type yes to show it", "yes");
    await answer(terminal, "Press Enter to clear the screen", "");
  },
  async (terminal, place) => {
    await answer(terminal, "dave: what do you type?", "");
    await answer(terminal, "Enter, when nobody else sees the screen", "");
    const card = readFileSync(place.file("home/people/dave.txt"), "utf8");
    const [record = ""] = /CVR1[^]*?(?=\n\n)/.exec(card) ?? [];
    await answer(terminal, "group 1 of 22", record.replaceAll("\n", "\r"));
  },
];

function passphrase(name: string): string {
  return `velvet ${name} harbour under nine quiet lanterns`;
}

async function answer(terminal: Terminal, question: string, words: string): Promise<void> {
  await terminal.waitFor(question, 20_000);
  terminal.type(`${words}\r`);
}

/** The blocks of the chapters, in one shell on a terminal: `sh run` as they are, `sh room` with people who answer. */
async function follow(place: Workspace): Promise<string> {
  const rooms = [...ROOMS];
  const profile = await place.write("profile", `cd "${ROOT}"; trap 'echo "FAILED: $BASH_COMMAND"' ERR\n`);
  await using terminal = place.terminalWith({ program: ["/bin/bash", "--noediting", "--rcfile", profile] });
  const sections = [chapter, doctor, keys, bring, use, exporting, people, paper, backing, restoring, ceremony]; // their labs stay
  const text = sections.map((section) => section.text).join("\n");
  for (const [, kind, block = ""] of text.matchAll(/^```sh (run|room)\n([^]*?)^```$/gm)) {
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
  return scrub(text, ROOT).replace(/\b(?:UUID|DIGEST|CHECK-VALUE) \d+|\b[0-9a-f]{10}\b|(?<=audit entry )\d+/g, "X");
}

describe("the chapters about a real vault and its host", () => {
  let place: Workspace;
  let screen = "";
  /** Of the third enrolment of bob. */
  let words = "";

  beforeAll(async () => {
    place = await workspace();
    for (const folder of ["srv", "media/alice", "media/bob", "media/carol"]) {
      mkdirSync(place.file(folder), { recursive: true, mode: 0o700 });
    }
    screen = await follow(place);
    const spare = ["never", "--algorithm", "aes-256", "--plan-out", "spare.plan", "--plain-session"];
    await place.runWith({ cwd: "home/lab" }, "key", "create", ...spare, "--vault", "vault"); // to be cancelled
    const reserve = ["reserve", "--algorithm", "aes-256", "--pre-active", ...argumentsOf("key resume", ".").slice(1)];
    await place.runWith({ cwd: "home/lab" }, "key", "create", ...reserve); // to be activated
    const asking = ["asking", "--out", "asking.pem", ...argumentsOf("key resume", ".").slice(1)];
    await place.runWith({ cwd: "home/lab" }, "key", "wrapping-key", ...asking); // to be asked with
    const declined = [
      "declined",
      ...argumentsOf("quorum create", "../lab")
        .slice(1)
        .map((word) => word.replace(/\/more$/, "/declined")),
    ].map((word) => (word === "frank" ? "frank=frank.enrolment" : word));
    await place.runWith({ cwd: "home/people" }, "quorum", "create", ...declined); // to be cancelled
    const third = ["bob", "--rehearsal", "--identity-out", "bob-3.identity", "--out", "bob-3.enrolment", "--json"];
    const keys = ["--passphrase-file", "bob=bob.new"];
    const enrolled = await place.runWith({ cwd: "home/people" }, "custodian", "enroll", ...third, ...keys);
    words = String(Object(enrolled.json()).words);
    const lab = new MadeVault(new Workspace(place.file("home/lab")), []);
    await lab.place.write("keys.transcript", await signedByHost(lab, await contentOf(lab, 6)));
  }, 240_000);

  afterAll(() => place[Symbol.asyncDispose]());

  test.for(
    [chapter, keys, bring, use, people, paper, ceremony]
      .flatMap((part) => part.fenced("text"))
      .map((shown) => ({ shown, start: shown.split("\n")[0] })),
  )("shows what its commands show: $start", ({ shown }) => {
    expect(timeless(screen)).toContain(timeless(shown));
  });

  test("doctor refuses as the page shows it, and what it says mends it", async () => {
    const told = /^REFUSAL {2}Modes and owners {2}\S+ (has mode.*)\n {4}mend: (chmod 700) \S+$/m.exec(doctor.text);
    const vault = place.file("srv/conclave/vault");
    chmodSync(vault, 0o755);
    const refused = await place.run("doctor", "--vault", vault);
    expect(refused.status).toBe(15);
    expect(refused.stdout).toContain(`${vault} ${told?.[1]}\n    mend: ${told?.[2]} ${vault}\n`);
    expect(refused.stdout).toContain("NO GO: 1 refusal");
    chmodSync(vault, 0o700);
    expect((await place.run("doctor", "--vault", vault)).status).toBe(0);
  });

  test("leaves a vault and three share files, each on its stick", () => {
    const files = globSync(["srv/**/*", "media/**/*"], { cwd: place.path }).filter((path) => /\.\w+$|-\d$/.test(path));
    expect(files.sort((a, b) => (a < b ? -1 : 1))).toEqual([
      "media/alice/acme.chain",
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
      const compared = command === "custodian release" ? ["--fingerprint", words] : [];
      const given = [...argumentsOf(command, place.file("home/lab")), ...compared];
      const env = { TMPDIR: place.path }; // rehearsals leave a folder there
      const seen = await place.runWith({ env }, ...command.split(" "), ...given, "--json");
      expect(seen.stderr).toBe("");
      const members = Object.keys(Object(seen.json()));
      expect(new Set(members)).toEqual(new Set(told.replace(/\(.*\)/, "").match(/\w+/g)));
    },
  );
});

describe("the chapter about own desks", () => {
  let machines: FourMachines;

  beforeAll(async () => {
    machines = await FourMachines.set();
    await machines.follow(desk);
  }, 180_000);

  afterAll(() => machines[Symbol.asyncDispose]());

  test.for(desk.fenced("text").map((shown) => ({ shown, start: shown.split("\n")[0] })))(
    "shows what its commands show: $start",
    ({ shown }) => {
      expect(timeless(machines.screen)).toContain(timeless(shown));
    },
  );

  test("leaves on each machine what its table says, and no more", () => {
    expect(machines.host.files("**/*.identity")).toEqual([]);
    for (const [name, machine] of machines.desks) {
      const { place } = machine;
      expect(machine.files("**/*.{identity,share}").sort()).toEqual([`${name}.identity`, `${name}.share`]);
      const [vault = "", ...others] = readdirSync(place.file("state/conclave"));
      expect(others).toEqual([]);
      expect(readdirSync(place.file(`state/conclave/${vault}`))).toEqual(["anchor.json"]);
    }
  });

  test("leaves no session and no open plan", () => {
    const { place } = machines.host;
    const left = globSync(["state/conclave/*/sessions/*", "srv/conclave/vault/plans/*"], { cwd: place.path });
    expect(left).toEqual([]);
  });
});

/** What makes a command succeed in the lab that the chapter leaves, row by row. */
function argumentsOf(command: string, lab: string): string[] {
  const passphrases = ["alice", "bob"].flatMap((who) => ["--passphrase-file", `${who}=${lab}/${who}.passphrase`]);
  const shares = ["alice", "bob"].flatMap((who) => ["--share", `${lab}/shares/${who}.share`]);
  const vault = ["--vault", `${lab}/vault`];
  switch (command) {
    case "init": {
      const custodians = ["alice", "bob", "carol"].flatMap((who) => ["--custodian", who]);
      const places = ["--vault", `${lab}/second`, "--shares-dir", `${lab}/second-shares`];
      passphrases.push("--passphrase-file", `carol=${lab}/carol.passphrase`);
      return ["--rehearsal", "--threshold", "2", ...custodians, ...places, ...passphrases];
    }
    case "key create":
      return ["more", "--algorithm", "aes-256", "--yes", ...vault, ...shares, ...passphrases];
    case "key import":
      return [
        "more-brought",
        ...["--in", `${lab}/ca.wrapped`, "--format", "raw", "--algorithm", "secret-data"],
        ...["--yes", ...vault, ...shares, ...passphrases],
      ];
    case "key wrapping-key":
      return ["more-inbound", "--out", `${lab}/more-inbound.pem`, "--yes", ...vault, ...shares, ...passphrases];
    case "key create --dry-run":
      return ["again", "--algorithm", "aes-256", ...vault];
    case "key create --plan-out":
      return [`${lab}/P`, "again", "--algorithm", "aes-256", "--plain-session", ...vault];
    case "plan show":
      return [`${lab}/P`];
    case "plan approve":
      return [`${lab}/P`, ...shares.slice(0, 2), ...passphrases, "--out", `${lab}/alice.approval`, "--yes"];
    case "plan execute":
      return [`${lab}/P`, "--approval", `${lab}/alice.approval`, ...shares.slice(2), ...passphrases, "--yes", ...vault];
    case "plan cancel":
      return [`${lab}/spare.plan`, ...vault];
    case "custodian enroll": {
      const places = ["--identity-out", `${lab}/erin.identity`, "--out", `${lab}/erin.enrolment`];
      return ["erin", "--rehearsal", ...places, "--passphrase-file", `erin=${lab}/alice.passphrase`];
    }
    case "custodian request":
      return ["--out", `${lab}/lab.request`, ...vault];
    case "custodian prove":
      return [`${lab}/lab.request`, ...shares.slice(0, 2), ...passphrases, "--out", `${lab}/alice.proof`, "--yes"];
    case "custodian confirm":
      return [`${lab}/alice.proof`, ...vault];
    case "custodian drill":
      return [`${lab}/shares/bob.share`, ...vault, ...passphrases];
    case "backup create":
      return ["--to", `${lab}/backups`, ...vault];
    case "backup list":
      return [`${lab}/backups`, ...vault];
    case "backup verify":
      return [`${lab}/offsite.backup`, ...vault];
    case "backup verify --deep":
      return [`${lab}/offsite.backup`, "--yes", ...vault, ...shares, ...passphrases];
    case "backup prune":
      return [`${lab}/backups`, "--keep-last", "1", ...vault];
    case "restore --dry-run":
      return [`${lab}/offsite.backup`, "--vault", `${lab}/restored`];
    case "clock accept":
      return ["--yes", ...vault, ...shares, ...passphrases];
    case "share protect":
      passphrases.push("--passphrase-file", `carol=${lab}/carol.passphrase`);
      return [`${lab}/shares/carol.share`, ...passphrases, "--new-passphrase-file", `carol=${lab}/alice.passphrase`];
    case "key activate":
      return ["reserve", "--yes", ...vault, ...shares, ...passphrases];
    case "key suspend":
    case "key compromise":
    case "key destroy":
      return ["signing", "--reason", "a test", "--yes", ...vault, ...shares, ...passphrases];
    case "key resume":
    case "key deactivate":
    case "key rotate":
      return ["signing", "--yes", ...vault, ...shares, ...passphrases];
    case "key update":
      return ["signing", "--tag", "a=b", "--yes", ...vault, ...shares, ...passphrases];
    case "keyring create":
      return ["more", "--yes", ...vault, ...shares, ...passphrases];
    case "keyring rotate":
    case "keyring rewrap":
      return ["default", "--yes", ...vault, ...shares, ...passphrases];
    case "quorum create":
    case "quorum rekey":
    case "quorum cancel":
    case "quorum show":
    case "custodian release":
    case "custodian handover":
      return argumentsOfPeople(command, `${lab}/../people`);
    case "key sign":
    case "key mac":
      return [
        command === "key sign" ? "release" : "webhooks",
        "--in",
        `${lab}/release.txt`,
        "--yes",
        ...vault,
        ...shares,
        ...passphrases,
      ];
    case "key export": {
      const to = ["--to", `${lab}/hsm.pem`, "--out", `${lab}/again.wrapped`];
      return ["shared", ...to, "--yes", ...vault, ...shares, ...passphrases];
    }
    case "key export --public":
      return ["release", ...vault];
    case "key request":
      return ["asking", "--out", `${lab}/asking.request`, ...vault];
    case "key encrypt":
      return [
        "dumps",
        "--in",
        `${lab}/dump.sql`,
        "--out",
        `${lab}/json.enc`,
        "--yes",
        ...vault,
        ...shares,
        ...passphrases,
      ];
    case "key decrypt":
      return [
        ...["--in", `${lab}/dump.sql.enc`, "--out", `${lab}/json.sql`, "--aad", "customer 17", "--yes"],
        ...[...vault, ...shares, ...passphrases],
      ];
    case "key verify": {
      const signature = ["--signature", `${lab}/release.sig`, "--encoding", "raw"];
      return ["release", "--in", `${lab}/release.txt`, ...signature, ...vault];
    }
    case "key show":
    case "key history":
      return ["signing", ...vault];
    case "keyring show":
      return ["default", ...vault];
    case "audit show":
      return ["1", ...vault];
    case "custodian enroll --witness": {
      const places = ["--identity-out", `${lab}/walter.identity`, "--out", `${lab}/walter.enrolment`];
      return ["walter", "--rehearsal", ...places, "--passphrase-file", `walter=${lab}/alice.passphrase`];
    }
    case "audit export":
      return ["--out", `${lab}/export.chain`, ...vault];
    case "transcript show":
      return [`${lab}/keys.transcript`];
    case "transcript sign": {
      const signed = ["--out", `${lab}/keys-alice.transcript`, "--yes"];
      return [`${lab}/keys.transcript`, ...shares.slice(0, 2), ...passphrases.slice(0, 2), ...signed];
    }
    case "transcript verify":
      return [`${lab}/keys.transcript`, ...vault];
    case "ceremony list":
      return [];
    case "ceremony show":
    case "ceremony lint":
      return ["key-generation"];
    case "ceremony rehearse":
      return ["key-destruction", "--unattended"];
    case "ceremony run": {
      const inputs = ["--input", "name=held", "--input", `backups=${lab}/backups`];
      const people = [...shares, ...passphrases, "--yes", "--transcript-dir", `${lab}/transcripts`];
      return ["key-generation", ...inputs, ...vault, ...people];
    }
    case "ceremony print":
      return ["key-generation", "--out", `${lab}/sheet.md`];
    case "share inspect":
      return [`${lab}/shares/alice.share`];
    case "share print":
      return [`${lab}/shares/alice.share`, ...passphrases, "--out", `${lab}/alice.card`];
    case "share verify":
      return [`${lab}/shares/alice.share`, ...vault, ...passphrases];
    default:
      return vault;
  }
}

/** The same in the lab of the chapter about custodians. */
function argumentsOfPeople(command: string, lab: string): string[] {
  const vault = ["--vault", `${lab}/vault`];
  const passphrases = ["alice", "dave"].flatMap((who) => ["--passphrase-file", `${who}=${lab}/${who}.new`]);
  const root = [
    ...vault,
    "--yes",
    ...passphrases,
    ...["alice", "dave"].flatMap((who) => ["--share", `${lab}/shares-2/${who}.share`]),
  ];
  const bob = [
    "--share",
    `${lab}/shares-2/bob.share`,
    "--identity",
    `bob=${lab}/bob-2.identity`,
    "--passphrase-file",
    `bob=${lab}/bob.new`,
  ];
  const fresh = (who: string) => ["--new-passphrase-file", `${who}=${lab}/${who}.new`];
  switch (command) {
    case "quorum create": {
      const places = ["--threshold", "2", "--shares-dir", `${lab}/more`];
      return [
        "more",
        ...places,
        "--custodian",
        "carol",
        "--custodian",
        "erin",
        "--custodian",
        "frank",
        ...fresh("carol"),
        ...fresh("erin"),
        ...fresh("frank"),
        ...root,
      ];
    }
    case "quorum rekey":
      return [
        "root",
        "--custodian",
        "alice",
        "--custodian",
        "dave",
        "--custodian",
        "carol",
        "--shares-dir",
        `${lab}/last`,
        ...fresh("alice"),
        ...fresh("dave"),
        ...fresh("carol"),
        ...root,
      ];
    case "quorum cancel":
      return ["declined", ...vault];
    case "quorum show":
      return ["root", ...vault];
    case "custodian release":
      return [`${lab}/bob-3.enrolment`, ...bob, "--out", `${lab}/bob-3.handover`, "--yes"];
    default:
      return [`${lab}/bob-3.handover`, ...root];
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
  expect(new Set(withJson)).toEqual(new Set(commands));
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
