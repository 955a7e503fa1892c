import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hashBackup } from "../../src/lib/backup/backup-file.ts";
import { backUp } from "./backups.ts";
import type { CanonicalState } from "./canonical-state.ts";
import type { MutatingCommand, Stage } from "./mutating-commands.ts";
import { expectSame, inForce } from "./stages.ts";
import { AT_HAND, found, VAULT, vaultOf } from "./two-custodians.ts";
import type { Workspace } from "./workspace.ts";

const CREATE = ["backup", "create", "--to", "backups", ...VAULT];
const PRUNE = ["backup", "prune", "backups", "--keep-last", "1", ...VAULT];
const RESTORE = ["restore", "first.backup", "--older-than-anchor", ...VAULT, ...AT_HAND];
const DEEP = ["backup", "verify", "--deep", "first.backup", ...VAULT, ...AT_HAND];

/** Those that make, remove, prove and restore backups. */
export const BACKUP_COMMANDS: readonly MutatingCommand[] = [
  {
    name: "backup create",
    prepare: async (place) => {
      await found(place);
      await backedUp(place, 1);
    },
    args: CREATE,
    status: 0,
    announces: false,
    stage: (found, before, place) => stageOfBackups(found, before, place, 1),
    next: { args: CREATE, status: { before: 0, after: 0 } },
  },
  {
    name: "backup prune",
    variantOf: "backup create",
    prepare: async (place) => {
      await found(place);
      await backedUp(place, 3);
    },
    args: PRUNE,
    status: 0,
    announces: false,
    stage: (found, before, place) => {
      const [is, was] = [inForce(found), inForce(before)];
      const whole = wholeBackups(place);
      if (whole === 0) throw new Error("the last good backup is gone");
      const told = JSON.stringify(is.projections["backups"]) !== JSON.stringify(was.projections["backups"]);
      if (!told && whole !== 3) throw new Error("a backup went of which the chain tells nothing");
      return told && whole === 1 ? "after" : "before";
    },
    next: { args: PRUNE, status: { before: 0, after: 0 } },
  },
  {
    name: "backup verify --deep",
    variantOf: "key create",
    prepare: async (place) => {
      await found(place);
      await backedUp(place, 1);
    },
    args: DEEP,
    status: 0,
    announces: true,
    stage: (found, before) => {
      const [is, was] = [inForce(found), inForce(before)];
      return is.projections["plans"]?.length === was.projections["plans"]?.length ? "before" : "after";
    },
    next: { args: DEEP, status: { before: 0, after: 0 } },
  },
  {
    name: "restore",
    prepare: async (place) => {
      await found(place);
      await backedUp(place, 1);
      rmSync(place.file("vault"), { recursive: true });
    },
    args: RESTORE,
    status: 0,
    announces: true,
    stage: stageOfRestore,
    next: { args: RESTORE, status: { before: 0, after: 4 } },
  },
];

/** So many backups in `backups`, and the first of them as `first.backup`. */
async function backedUp(place: Workspace, count: number): Promise<void> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  const made = vaultOf(place);
  mkdirSync(place.file("backups"), { mode: 0o700 });
  for (let i = 0; i < count; i++) {
    const { name } = await backUp(made);
    if (i === 0) await place.runWith({ program: ["cp", join("backups", name), "first.backup"] });
  }
}

/** Every file that passes for a backup is a whole one. @returns how many */
function wholeBackups(place: Workspace): number {
  const names = readdirSync(place.file("backups")).filter((name) => !name.startsWith("."));
  for (const name of names) hashBackup(place.file(join("backups", name)));
  return names.length;
}

function stageOfBackups(found: CanonicalState, before: CanonicalState, place: Workspace, old: number): Stage {
  const [is, was] = [inForce(found), inForce(before)];
  const { backups = [], ...others } = is.projections;
  const { backups: known = [], ...oldOthers } = was.projections;
  expectSame("projections", others, oldOthers);
  const whole = wholeBackups(place);
  const told = backups.length - known.length;
  if (told > 0 && whole <= old) throw new Error("the chain tells of a backup that is not there");
  return told > 0 ? "after" : "before";
}

/** There is no vault, or a whole one, of which the canonical state was verified. */
function stageOfRestore(found: CanonicalState): Stage {
  if (found.kind === "nothing") return "before";
  const { projections } = inForce(found);
  expectSame("restores", projections["restores"]?.length, 1);
  if (found.kind === "in force") expectSame("files of the vault", found.files, ["host.key", "vault.db"]);
  return "after";
}
