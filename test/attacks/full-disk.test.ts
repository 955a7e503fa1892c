import { execFileSync } from "node:child_process";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type CanonicalState, canonicalState, filesIn } from "../support/canonical-state.ts";
import { MUTATING_COMMANDS, type MutatingCommand } from "../support/mutating-commands.ts";
import type { Seen } from "../support/seen.ts";
import { vaultOf, writePassphrases } from "../support/two-custodians.ts";
import { type Workspace, workspace } from "../support/workspace.ts";

const [INIT = [], CREATE = []] = ["init", "key create"].map(
  (wanted) => MUTATING_COMMANDS.find(({ name }) => name === wanted)?.args,
);

const REKEY = rekeyCommand();

/** Sizes at which genesis, a proof, a key or nothing at all does not fit any more. */
test.skipIf(!canMount()).for([16, 80, 104, 120, 128, 148])(
  "H8: on a file system of %i KiB, init and key create are undone or done (needs root)",
  async (kilobytes) => {
    await using place = await workspace();
    await mkdir(place.file("small"), { mode: 0o700 });
    await writePassphrases(place);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k,mode=700`, "tmpfs", place.file("small")]);
    try {
      const run = (args: readonly string[]) => place.runWith({ cwd: "small" }, ...args.map(besideTheDisk));
      const founded = await run(INIT);
      expect((await stateOf(place)).kind === "in force").toBe(done(founded));
      const created = done(founded) ? await run(CREATE) : undefined;
      if (created !== undefined) expect(keysOf(await stateOf(place))).toBe(done(created) ? 1 : 0);

      execFileSync("mount", ["-o", "remount,size=1m", place.file("small")]);
      expect((await run(INIT)).status).toBe(done(founded) ? 4 : 0);
      expect((await run(CREATE)).status).toBe(created !== undefined && done(created) ? 4 : 0);
      expect(filesIn(place.file("small/vault"))).toEqual(["host.key", "vault.db"]);
      expect(filesIn(place.file("small/shares"))).toEqual(["alice.share", "bob.share"]);
    } finally {
      execFileSync("umount", [place.file("small")]);
    }
  },
);

/** Room that is left, in KiB: the act does not fit, or a proof, or all does. */
test.skipIf(!canMount()).for([16, 48, 52, 64, 96])(
  "H8: with %i KiB left, quorum rekey leaves one generation in force, and the next run works (needs root)",
  async (kilobytes) => {
    await using place = await workspace();
    await mkdir(place.file("small"), { mode: 0o700 });
    await writePassphrases(place);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", place.file("small")]);
    try {
      const run = (args: readonly string[]) => place.runWith({ cwd: "small" }, ...args.map(besideTheDisk));
      for (const args of [INIT, CREATE]) expect((await run(args)).status).toBe(0);
      const { bavail, bsize } = await statfs(place.file("small"));
      await writeFile(place.file("small/filler"), new Uint8Array(Math.max(0, bavail * bsize - kilobytes * 1024)));
      const rekeyed = done(await run(REKEY.args));

      const [state, before] = [await stateOf(place), await stateOf(place)];
      expect(await REKEY.stage(state, before, place)).toBe(rekeyed ? "after" : "before");
      await rm(place.file("small/filler"));
      const given = await run(REKEY.next.first?.args ?? []);
      expect(REKEY.next.first?.statuses).toContain(given.status);
      if (!rekeyed) expect(filesIn(place.file("small/new"))).toEqual([]);
      expect((await run(REKEY.args)).status).toBe(rekeyed ? 4 : 0);
      expect(filesIn(place.file("small/new"))).toEqual(["alice.share", "bob.share"]);
      expect(await REKEY.stage(await stateOf(place), before, place)).toBe("after");
    } finally {
      execFileSync("umount", [place.file("small")]);
    }
  },
);

/** Whether it succeeded; else it must say why. */
function done(seen: Seen): boolean {
  if (seen.status === 0) return true;
  expect(seen.stderr).toMatch(/^error: .*(?:ENOSPC|disk is full)/m);
  expect(seen.status).toBe(15);
  return false;
}

function rekeyCommand(): MutatingCommand {
  const found = MUTATING_COMMANDS.find(({ name }) => name === "quorum rekey");
  if (found === undefined) throw new TypeError("no row of quorum rekey");
  return found;
}

/** Passphrase files must not take room on the small disk. */
function besideTheDisk(word: string): string {
  return word.replace(/=(\w+\.passphrase)$/, "=../$1");
}

async function stateOf(place: Workspace): Promise<CanonicalState> {
  return canonicalState(place.file("small/vault"), vaultOf(place).surroundings);
}

function keysOf(state: CanonicalState): number | undefined {
  return state.kind === "in force" ? state.projections["keys"]?.length : undefined;
}

function canMount(): boolean {
  try {
    execFileSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
