import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, linkSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { permissionsCheck } from "../../../../src/lib/host/check/permissions.ts";
import { type Workspace, workspace } from "../../../support/workspace.ts";

const OTHER_USER = 54_321;
const asRoot = process.getuid?.() === 0;

/** A vault's folder with all that may lie in it, in a folder whose name must be quoted, and a state directory. */
async function laidOut(): Promise<Workspace> {
  const place = await workspace();
  for (const file of ["vault.db", "host.key", "plans/1.plan"]) await place.write(`it's mine/vault/${file}`, "");
  await place.write("state/conclave/ID/anchor.json", "");
  return place;
}

const look = (place: Workspace) =>
  permissionsCheck.run({ vault: place.file("it's mine/vault"), state: place.file("state/conclave") });

test("a vault and a state directory in order", async () => {
  await using place = await laidOut();
  expect(await look(place)).toEqual([
    { level: "ok", found: `${place.file("it's mine/vault")} is closed to others` },
    { level: "ok", found: `${place.file("state/conclave")} is closed to others` },
  ]);
});

test("neither is there yet: their parents are looked at", async () => {
  await using place = await workspace();
  const observations = await permissionsCheck.run({ vault: place.file("data/v"), state: place.file("state/conclave") });
  expect(observations).toEqual([
    { level: "ok", found: `${place.file("data/v")} is not there yet; its parents are in order` },
    { level: "ok", found: `${place.file("state/conclave")} is not there yet; its parents are in order` },
  ]);
});

test.for([
  { what: "the vault open to all", path: "it's mine/vault", mode: 0o755, found: "has mode 0755, wanted 0700" },
  { what: "the vault open to a group", path: "it's mine/vault", mode: 0o770, found: "has mode 0770, wanted 0700" },
  {
    what: "a database that can be read",
    path: "it's mine/vault/vault.db",
    mode: 0o644,
    found: "has mode 0644, wanted 0600",
  },
  {
    what: "a host key for a group",
    path: "it's mine/vault/host.key",
    mode: 0o640,
    found: "has mode 0640, wanted 0600",
  },
  { what: "an open folder in it", path: "it's mine/vault/plans", mode: 0o711, found: "has mode 0711, wanted 0700" },
  { what: "a plan in that", path: "it's mine/vault/plans/1.plan", mode: 0o666, found: "has mode 0666, wanted 0600" },
  {
    what: "a parent that all may write",
    path: "it's mine",
    mode: 0o777,
    found: "has mode 0777: others may rename what lies in it",
  },
  {
    what: "a parent that a group may write",
    path: "it's mine",
    mode: 0o775,
    found: "has mode 0775: others may rename what lies in it",
  },
  { what: "the state directory", path: "state/conclave", mode: 0o755, found: "has mode 0755, wanted 0700" },
  { what: "an anchor", path: "state/conclave/ID/anchor.json", mode: 0o602, found: "has mode 0602, wanted 0600" },
])("H1: $what: refused, and the command mends it", async ({ path, mode, found }) => {
  await using place = await laidOut();
  chmodSync(place.file(path), mode);
  const refusals = (await look(place)).filter(({ level }) => level === "refusal");
  expect(refusals.map(({ found }) => found)).toEqual([`${place.file(path)} ${found}`]);

  execFileSync("/bin/sh", ["-c", refusals[0]?.mend ?? "exit 1"]);
  expect((await look(place)).map(({ level }) => level)).toEqual(["ok", "ok"]);
});

test("H1: a sticky parent that all may write is taken", async () => {
  await using place = await laidOut();
  chmodSync(place.file("it's mine"), 0o1777);
  expect((await look(place)).map(({ level }) => level)).toEqual(["ok", "ok"]);
});

test("H1: a vault that is a symbolic link: refused, naming the folder itself", async () => {
  await using place = await laidOut();
  renameSync(place.file("it's mine/vault"), place.file("real"));
  symlinkSync("../real", place.file("it's mine/vault"));
  expect((await look(place))[0]).toEqual({
    level: "refusal",
    found: `${place.file("it's mine/vault")} is a symbolic link`,
    mend: `Name the directory itself: ${place.file("real")}`,
  });
});

test("H1: a link in the vault, and a second name of the database: refused", async () => {
  await using place = await laidOut();
  symlinkSync("/etc/passwd", place.file("it's mine/vault/extra"));
  linkSync(place.file("it's mine/vault/vault.db"), place.file("copy"));
  const found = (await look(place)).map(({ found }) => found).sort();
  expect(found).toEqual([
    `${place.file("it's mine/vault/extra")} is a symbolic link`,
    `${place.file("it's mine/vault/vault.db")} has a second name (hard link)`,
    `${place.file("state/conclave")} is closed to others`,
  ]);
});

test("H1: a loop of links: refused, not followed for ever", async () => {
  await using place = await workspace();
  symlinkSync(place.file("data/b"), place.file("data/a"));
  symlinkSync(place.file("data/a"), place.file("data/b"));
  const vault = place.file("data/a/vault");
  await expect(permissionsCheck.run({ vault, state: place.file("state/conclave") })).rejects.toMatchObject({
    code: "HOST_PREFLIGHT",
    message: expect.stringMatching(/a symbolic link, which is not followed$/),
  });
});

test.runIf(asRoot)("H1: another owner: refused, and the command mends it", async () => {
  await using place = await laidOut();
  chownSync(place.file("it's mine/vault/vault.db"), OTHER_USER, OTHER_USER);
  chownSync(place.file("state/conclave"), OTHER_USER, OTHER_USER);
  const refusals = (await look(place)).filter(({ level }) => level === "refusal");
  expect(refusals.map(({ found }) => found)).toEqual([
    `${place.file("it's mine/vault/vault.db")} belongs to user ${OTHER_USER}`,
    `${place.file("state/conclave")} belongs to user ${OTHER_USER}`,
  ]);

  for (const { mend } of refusals) execFileSync("/bin/sh", ["-c", mend ?? "exit 1"]);
  expect((await look(place)).map(({ level }) => level)).toEqual(["ok", "ok"]);
});

test.runIf(asRoot)("H1: a parent of another user: refused", async () => {
  await using place = await laidOut();
  chownSync(place.file("it's mine"), OTHER_USER, OTHER_USER);
  expect((await look(place))[0]).toMatchObject({
    level: "refusal",
    found: `${place.file("it's mine")} belongs to user ${OTHER_USER}`,
  });
});

test("many problems are told in short, and one command mends them", async () => {
  await using place = await laidOut();
  for (let i = 0; i < 40; i++) {
    mkdirSync(place.file(`it's mine/vault/${i}`), { mode: 0o700 });
    chmodSync(place.file(`it's mine/vault/${i}`), 0o755);
  }
  const refusals = (await look(place)).filter(({ level }) => level === "refusal");
  expect(refusals).toHaveLength(21);
  expect(refusals.at(-1)?.found).toBe(`${place.file("it's mine/vault")}: 20 more`);

  execFileSync("/bin/sh", ["-c", refusals.at(-1)?.mend ?? "exit 1"]);
  expect((await look(place)).map(({ level }) => level)).toEqual(["ok", "ok"]);
});
