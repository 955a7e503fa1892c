import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { ROOT, readPage } from "./page.ts";

const page = readPage("docs/operations.md");
const REHEARSAL = "REHEARSAL vault: its shares and keys are worth nothing\n";

let made: MadeVault;
beforeAll(async () => {
  made = await foundVault();
  mkdirSync(made.place.file("backups"), { mode: 0o700 });
});
afterAll(async () => made[Symbol.asyncDispose]());

/** A line of the page, with the places of this test for those that it names. */
function here(line: string): string {
  return line
    .replaceAll("/opt/conclave/bin/conclave", join(ROOT, "bin/conclave"))
    .replaceAll("/srv/conclave/vault", made.path)
    .replaceAll("/srv/backups", made.place.file("backups"));
}

/** Run by a shell with the environment that such a program has, and no more. */
function shell(command: string, environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", command], {
    cwd: made.place.path,
    encoding: "utf8",
    env: {
      HOME: made.place.file("home"),
      LOGNAME: "conclave",
      SHELL: "/bin/sh",
      PATH: "/usr/bin:/bin",
      ...environment,
    },
  });
  return { status, stdout, stderr };
}

/** Names of the backups in a folder of the test's place. */
function backupsIn(folder: string): string[] {
  return readdirSync(made.place.file(folder)).filter((name) => name.endsWith(".backup"));
}

/** Value of a setting in a unit: of each line that has it. */
function settings(unit: string, name: string): string[] {
  return Array.from(unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm")), (match) => match[1] ?? "");
}

describe("systemd", () => {
  const section = page.section("systemd");
  const [service = "", timer = "", failed = ""] = section.fenced("ini");
  const names = Array.from(section.text.matchAll(/^`\/etc\/systemd\/system\/(\S+)`/gm), (match) => match[1]);

  test("the timer starts the service of its name, whose failure starts the third", () => {
    expect(names).toEqual(["conclave-backup.service", "conclave-backup.timer", "conclave-backup-failed.service"]);
    expect(settings(service, "OnFailure")).toEqual([names[2]]);
    expect(settings(timer, "OnCalendar")).toHaveLength(1);
    expect(section.text).toContain(`systemctl enable --now ${names[1]}`);
    expect(failed).toContain(`systemctl status --no-pager ${names[0]}`);
  });

  test("what the service starts backs up and prunes, and says nothing", () => {
    const environment = Object.fromEntries(settings(service, "Environment").map((text) => here(text).split("=")));
    const commands = settings(service, "ExecStart");
    expect(commands).toHaveLength(2);
    const outcomes = commands.map((command) => shell(here(command), environment));
    expect(outcomes).toEqual([REHEARSAL, ""].map((stderr) => ({ status: 0, stdout: "", stderr })));
    expect(backupsIn("backups")).toHaveLength(1);
  });

  test("a destination that is not there fails, and is not made", () => {
    const [create = ""] = settings(service, "ExecStart").map(here);
    const missing = create.replace(made.place.file("backups"), made.place.file("not-mounted"));
    expect(shell(missing, { CONCLAVE_VAULT: made.path }).status).toBe(3);
    expect(readdirSync(made.place.path)).not.toContain("not-mounted");
  });
});

test("the line for crontab backs up, and says nothing that cron would mail", () => {
  const [line = ""] = page.section("crontab").fenced("text");
  const command = /^(?:[0-9*]+ ){5}(.*)$/.exec(line)?.[1] ?? "";
  const before = backupsIn("backups").length;
  expect(shell(here(command))).toEqual({ status: 0, stdout: "", stderr: REHEARSAL });
  expect(backupsIn("backups")).toHaveLength(before + 1);
});

describe("other destinations", () => {
  const [rclone = "", aws = "", ssh = ""] = page.section("Other destinations").fenced("sh")[0]?.split("\n") ?? [];
  const program = { PATH: `${join(ROOT, "bin")}:/usr/bin:/bin` };

  test("rclone stores it as it is", async () => {
    const remote = made.place.file("remote");
    await made.place.write("home/.config/rclone/rclone.conf", `[remote]\ntype = alias\nremote = ${remote}\n`);
    const environment = { ...program, CONCLAVE_VAULT: made.path };
    expect(shell(here(rclone), environment)).toEqual({ status: 0, stdout: "", stderr: REHEARSAL });
    const [name = ""] = backupsIn("remote/backups");
    expect(readFileSync(join(remote, "backups", name))).toEqual(readFileSync(made.place.file(`backups/${name}`)));
  });

  test.each([
    { what: "all of it", cut: "cat", status: 0, left: ["a.backup"] },
    { what: "less, since the sender was killed", cut: "head -c 5", status: 1, left: [".a.backup"] },
  ])("what ssh runs at the other end, given $what: $status", ({ cut, status, left }) => {
    const command = /^conclave backup create --to 'exec:ssh backup@elsewhere (".*")'$/.exec(ssh)?.[1] ?? "";
    const folder = made.place.file(`elsewhere-${status}`);
    mkdirSync(join(folder, "backups"), { recursive: true });
    const there = execFileSync("/bin/sh", ["-c", `printf %s ${command}`], { encoding: "utf8" });
    const line = there.replaceAll("{name}", "a.backup").replaceAll("{size}", "9");
    expect(shell(`cd ${folder} && printf 123456789 | ${cut} | sh -c '${line}'`).status).toBe(status);
    expect(readdirSync(join(folder, "backups"))).toEqual(left);
  });

  test("aws reads from its standard input, to an object of the backup's name", () => {
    expect(aws).toMatch(/ 'exec:aws s3 cp --expected-size \{size\} - s3:\/\/[a-z]+\/backups\/\{name\}'$/);
  });
});
