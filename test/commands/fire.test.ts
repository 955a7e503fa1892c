import { existsSync, readdirSync, rmSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Desk } from "../support/desk.ts";
import { foundVault, type MadeVault } from "../support/vault.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

let made: MadeVault;
let hostB: Workspace;

beforeAll(async () => {
  made = await foundVault();
  hostB = await workspace();
});

afterAll(async () => {
  await made[Symbol.asyncDispose]();
  await hostB[Symbol.asyncDispose]();
});

const share = (name: string) => [`shares/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`];

test("host A is backed up under load and lost; on host B two custodians elsewhere bring its vault back", async () => {
  await mkdir(made.place.file("backups"), { mode: 0o700 });
  const cron = () => made.place.run("backup", "create", "--to", "backups", "--vault", "vault", "--quiet");
  const acts = async () => {
    for (const name of ["payments", "tokens", "archive"]) await made.createKey(name, ["alice", "bob"]);
    await made.createKey("signing", ["bob", "carol"], "ed25519");
  };
  const [, ...runs] = await Promise.all([acts(), cron(), cron()]);
  expect(runs.map(({ status, stderr }) => [status, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  expect((await cron()).status).toBe(0);
  const keysOf = async (place: Workspace, vault: string) => {
    const list = (await place.run("key", "list", "--vault", vault, "--json")).json() as { keys: { name: string }[] };
    const shown = await Promise.all(
      list.keys.map(({ name }) => place.run("key", "show", name, "--vault", vault, "--json")),
    );
    return shown.map((seen) => seen.json());
  };
  const before = await keysOf(made.place, "vault");
  expect(before).toHaveLength(4);

  // The fire: what is left are the backups on another disk, and each custodian's own files.
  await cp(made.place.file("backups"), hostB.file("backups"), { recursive: true });
  rmSync(made.path, { recursive: true });
  rmSync(made.state, { recursive: true });

  const planned = await hostB.run(
    "restore",
    "backups",
    "--latest",
    "--vault",
    "vault",
    "--plan-out",
    "P",
    "--plain-session",
    "--json",
  );
  expect(planned.status).toBe(10);
  const { words } = planned.json() as { words: string };
  for (const name of ["alice", "carol"]) {
    const env = { XDG_STATE_HOME: new Desk(made, name).home };
    const approve = ["plan", "approve", hostB.file("P"), "--share", ...share(name), "--yes", "--out"];
    expect((await made.place.runWith({ env }, ...approve, `${name}.approval`)).status).toBe(12);
    const seen = await made.place.runWith({ env }, ...approve, hostB.file(`${name}.approval`), "--words", words);
    expect(seen.status).toBe(0);
  }
  const approvals = ["--approval", "alice.approval", "--approval", "carol.approval"];
  const restored = await hostB.run("restore", "backups", "--latest", "--vault", "vault", "--plan", "P", ...approvals);
  expect([restored.status, restored.stdout]).toEqual([0, expect.stringContaining("every ciphertext opens")]);
  expect(await keysOf(hostB, "vault")).toEqual(before);

  for (const name of ["alice", "bob"]) {
    await cp(made.share(name), hostB.file(`shares/${name}.share`), { recursive: true });
    await cp(made.place.file(`${name}.passphrase`), hostB.file(`${name}.passphrase`));
  }
  const both = ["alice", "bob"].flatMap((name) => ["--share", ...share(name)]);
  const more = await hostB.run(
    "key",
    "create",
    "after",
    "--algorithm",
    "aes-256",
    "--vault",
    "vault",
    ...both,
    "--yes",
  );
  expect(more.status).toBe(0);
  const verified = await hostB.run("audit", "verify", "--full", "--vault", "vault");
  expect([verified.status, verified.stdout]).toEqual([0, expect.stringMatching(/^VERIFIED$/m)]);
  expect(readdirSync(hostB.path)).not.toContain(".vault.restoring");
  const [vaultId = ""] = readdirSync(hostB.file("state/conclave")).filter((name) => name !== "init.lock");
  expect(readdirSync(join(hostB.file("state/conclave"), vaultId, "sessions"))).toEqual([]);
  expect(existsSync(join(hostB.file("state/conclave"), vaultId, "anchor.json"))).toBe(true);
}, 60_000);
