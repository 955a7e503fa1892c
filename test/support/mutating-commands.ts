import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { hex } from "../../src/lib/bytes.ts";
import { sha256 } from "../../src/lib/crypto/digest.ts";
import { ConclaveError } from "../../src/lib/errors.ts";
import { createVault } from "../../src/lib/quorum/genesis.ts";
import type { Row } from "../../src/lib/storage/tables.ts";
import { BACKUP_COMMANDS } from "./backup-commands.ts";
import { type CanonicalState, filesIn, type Projections } from "./canonical-state.ts";
import { CEREMONY_COMMANDS } from "./ceremony-commands.ts";
import { DESK_COMMANDS } from "./desk-commands.ts";
import { KEY_COMMANDS } from "./key-commands.ts";
import { OUTPUT_COMMANDS } from "./output-commands.ts";
import { PLAN_COMMANDS } from "./plan-commands.ts";
import { QUORUM_COMMANDS } from "./quorum-commands.ts";
import { expectSame, stageOfAnchor, stageOfKey, stageOfRefusal } from "./stages.ts";
import { traced } from "./strace.ts";
import { AT_HAND, CUSTODIANS, found, INIT, SHARE_FILES, VAULT, vaultOf } from "./two-custodians.ts";
import type { Workspace } from "./workspace.ts";

/** Which of two states a place is in: as it was, or as the command makes it. There is no third. */
export type Stage = "before" | "after";

/** A command that changes a vault or what stands beside it. */
export interface MutatingCommand {
  name: string;
  /** The row whose calls it mostly makes again: it is walked by the proofs only. */
  variantOf?: string;
  /** Makes a fresh place ready; it always has the passphrase files. */
  prepare: (place: Workspace) => Promise<void>;
  args: readonly string[];
  /** Exit status of a run that nothing disturbs. */
  status: number;
  /** Whether an undisturbed run shows its result on standard output: then no run may that did not come to its end. */
  announces: boolean;
  /**
   * What a state is.
   * @param before the state as it was prepared
   * @throws {Error} neither of the two
   */
  stage: (found: CanonicalState, before: CanonicalState, place: Workspace) => Stage | Promise<Stage>;
  /** What must work next, and its exit status in either case; afterwards the state is `after`. */
  next: {
    /** Gives up what was begun, if anything was. */
    first?: { args: readonly string[]; statuses: readonly number[] };
    args: readonly string[];
    status: Readonly<Record<Stage, number>>;
  };
  /** What else must hold then. @throws {Error} it does not */
  end?: (place: Workspace) => void | Promise<void>;
}

const KEY_CREATE = ["key", "create", "payments", "--algorithm", "aes-256", ...VAULT, ...AT_HAND];

/** Every command that changes something, begun with the first of them: a new command is covered by its row here. */
export const MUTATING_COMMANDS: readonly MutatingCommand[] = [
  {
    name: "init",
    prepare: async () => {},
    args: INIT,
    status: 0,
    announces: true,
    stage: stageOfGenesis,
    next: { args: INIT, status: { before: 0, after: 4 } },
  },
  {
    name: "init over an unfinished genesis",
    variantOf: "init",
    prepare: leaveUnfinished,
    args: INIT,
    status: 0,
    announces: true,
    stage: stageOfGenesis,
    next: { args: INIT, status: { before: 0, after: 4 } },
  },
  {
    name: "key create",
    prepare: found,
    args: KEY_CREATE,
    status: 0,
    announces: true,
    stage: stageOfKey,
    next: { args: KEY_CREATE, status: { before: 0, after: 4 } },
  },
  {
    name: "key create over a hot journal",
    variantOf: "key create",
    prepare: async (place) => {
      await found(place);
      await killInCommit(place, [...KEY_CREATE, "--reason", "died in its commit"]);
    },
    args: KEY_CREATE,
    status: 0,
    announces: true,
    stage: stageOfKey,
    next: { args: KEY_CREATE, status: { before: 0, after: 4 } },
  },
  {
    name: "key create that is refused",
    variantOf: "key create",
    prepare: async (place) => {
      await found(place);
      await place.write("wrong.passphrase", "not hers\n");
    },
    args: KEY_CREATE.map((word) => (word === "alice=alice.passphrase" ? "alice=wrong.passphrase" : word)),
    status: 11,
    announces: false,
    stage: stageOfRefusal,
    next: {
      args: KEY_CREATE.map((word) => (word === "alice=alice.passphrase" ? "alice=wrong.passphrase" : word)),
      status: { before: 11, after: 11 },
    },
  },
  {
    name: "audit verify that moves the anchor",
    prepare: async (place) => {
      await found(place);
      const early = await place.runWith({ program: ["cp", "-a"] }, "state", "early");
      const done = await place.run(...KEY_CREATE);
      if (early.status !== 0 || done.status !== 0) throw new Error(String(done));
      await rm(place.file("state"), { recursive: true });
      await place.runWith({ program: ["mv"] }, "early", "state");
    },
    args: ["audit", "verify", ...VAULT],
    status: 0,
    announces: true,
    stage: stageOfAnchor,
    next: { args: ["audit", "verify", ...VAULT], status: { before: 0, after: 0 } },
  },
  ...KEY_COMMANDS,
  ...DESK_COMMANDS,
  ...PLAN_COMMANDS,
  ...BACKUP_COMMANDS,
  ...QUORUM_COMMANDS,
  ...OUTPUT_COMMANDS,
  ...CEREMONY_COMMANDS,
];

/** Without those that mostly make the same calls. */
export const MAIN_COMMANDS = MUTATING_COMMANDS.filter(({ variantOf }) => variantOf === undefined);

/** A genesis in which the first custodian proved, and the second gave up. */
async function leaveUnfinished(place: Workspace): Promise<void> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  const made = vaultOf(place);
  let proofs = 0;
  const request = {
    path: made.path,
    name: "vault",
    threshold: 2,
    custodians: CUSTODIANS.map((name) => ({ name, shareFile: made.share(name) })),
    rehearsal: true,
  };
  const people = {
    newPassphrase: async (name: string) => made.passphrase(name),
    provePassphrase: async (name: string) => {
      if (++proofs > 1) throw new ConclaveError("ABORTED", "aborted");
      return made.passphrase(name);
    },
    proofRefused: async () => false,
    proved: async () => {},
  };
  await createVault(request, made.surroundings, people).catch((error: unknown) => {
    if (!(error instanceof ConclaveError) || error.code !== "ABORTED") throw error;
  });
}

/** Kill a command in the middle of writing its pages into the database. */
async function killInCommit(place: Workspace, args: readonly string[]): Promise<void> {
  const copy = await vaultOf(place).copy();
  await using _ = copy;
  const writes = (await traced(copy.place, args)).calls.filter(({ path }) => path.endsWith("/vault.db"));
  const middle = writes.filter(({ name }) => name.startsWith("pwrite")).at(2);
  if (middle === undefined) throw new Error("no page was written");
  const { seen } = await traced(place, args, { inject: [`${middle.name}:signal=KILL:when=${middle.ordinal}`] });
  if (seen.status !== 137 || !filesIn(place.file("vault")).includes("vault.db-journal")) throw new Error(String(seen));
}

function stageOfGenesis(found: CanonicalState, before: CanonicalState, place: Workspace): Stage {
  const isNew = vaultRow(found) !== vaultRow(before); // an unfinished one loses its share files first, then itself
  if ("projections" in found && isNew) expectProvedFiles(found.projections);
  if (found.kind !== "in force") return "before";
  expectSame("share files", filesIn(place.file("shares")), SHARE_FILES);
  expectSame("files of the vault", found.files, ["host.key", "vault.db"]);
  return "after";
}

function vaultRow(state: CanonicalState): string | undefined {
  return "projections" in state ? state.projections["vault"]?.[0] : undefined;
}

/** Whoever proved a share still has it, to the byte. */
function expectProvedFiles(projections: Projections): void {
  for (const row of projections["seats"] ?? []) {
    const seat: Row<"seats"> = JSON.parse(row);
    if (seat.confirmed === null || seat.file === null) continue;
    expectSame(`share file of ${seat.custodian}`, hex(sha256(readFileSync(seat.file))), seat.fileHash);
  }
}
