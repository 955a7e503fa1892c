import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import type { HashedBackup } from "../lib/backup/backup-file.ts";
import { chooseBackup } from "../lib/backup/choose.ts";
import { keepRestore, keptHostKey, removeRestore, sweepRestores } from "../lib/backup/kept-restore.ts";
import { type PreparedRestore, prepareRestore, prepareRestoreFile } from "../lib/backup/prepare-restore.ts";
import { executeRestore, type Restored } from "../lib/backup/restore.ts";
import { ACTIONS } from "../lib/catalogue.ts";
import { newHostKey } from "../lib/crypto/signature.ts";
import { ConclaveError, isConclaveError } from "../lib/errors.ts";
import { assertAbsent } from "../lib/host/checked-file.ts";
import { createFileDurably } from "../lib/host/files.ts";
import { loadSession } from "../lib/host/sessions.ts";
import { writePlanFile } from "../lib/quorum/plan-file.ts";
import { newSession, openSession } from "../lib/quorum/session.ts";
import { ConclaveCommand } from "../lib/terminal/base-command.ts";
import { readAnswer, readPlanFile } from "../lib/terminal/document-files.ts";
import { show } from "../lib/terminal/escape.ts";
import { fold } from "../lib/terminal/fold.ts";
import { gatherByFlags, gatherForPlan } from "../lib/terminal/gather-by-flags.ts";
import type { Gathering } from "../lib/terminal/gathering.ts";
import { recoveryText } from "../lib/terminal/new-generation.ts";
import { planLifetime } from "../lib/terminal/plan-lifetime.ts";
import { planText } from "../lib/terminal/plan-text.ts";
import { progressBar } from "../lib/terminal/progress.ts";
import { restoreFlags } from "../lib/terminal/restore-flags.ts";
import { backupText, restoredText } from "../lib/terminal/restored-text.ts";
import type { PlanWritten } from "../lib/terminal/sensitive-command.ts";
import type { SensitiveFlags } from "../lib/terminal/sensitive-flags.ts";
import { chooseSession, sessionPassphrase } from "../lib/terminal/session-choice.ts";
import { surroundings } from "../lib/terminal/surroundings.ts";

/** Milliseconds before a progress bar is shown. */
const PATIENCE = 1000;

/** What `restore --dry-run` tells. */
interface RestoreDryRun {
  dryRun: true;
  vault: string;
  name: string;
  genesis: string;
  made: string;
  entries: number;
  sha256: string;
  generation: number;
  threshold: number;
  custodians: string[];
  refusal: string | null;
}

interface RestoreFlags extends SensitiveFlags {
  vault: string;
  "older-than-anchor": boolean;
  approval: string[];
  "lock-timeout": number;
}

export default class Restore extends ConclaveCommand {
  static override summary = "Make a vault of a backup, on a host that has nothing but this program";
  static override description =
    "The root quorum must agree, in any of the three ways: in the room, with files at hand, or by plan and approvals; custodians' machines don't know the new host yet and ask for the twelve words. Opens the backup, verifies all of it, opens every ciphertext, and only then installs the vault, all at once, with a new host key and in a new epoch: approvals given before are worth nothing. Refuses a folder that isn't empty (4), and a backup older than what this machine remembers (14) unless the plan says so.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> /media/stick --latest --dry-run",
    "<%= config.bin %> <%= command.id %> acme-6b6e2a52-20261124T030000.000Z-1f2e3d4c.backup --vault /srv/conclave/vault",
    "<%= config.bin %> <%= command.id %> /media/stick --latest --vault /srv/conclave/vault --plan-out restore.plan",
    "<%= config.bin %> <%= command.id %> /media/stick --latest --vault /srv/conclave/vault --plan restore.plan --approval bob.approval --approval carol.approval",
  ];
  static override args = {
    backup: Args.string({ description: "backup, or directory of backups", required: true }),
  };
  static override flags = restoreFlags;

  async run(): Promise<Restored | RestoreDryRun | PlanWritten> {
    const { args, flags } = await this.parse(Restore);
    const warn = (message: string) => this.warn(message);
    if (flags.approval.length > 0 && flags.plan === undefined)
      throw new ConclaveError("USAGE", "--approval needs --plan: the plan that was approved");
    const file = chooseBackup(args.backup, flags.latest, warn, progressBar("reading the backup", PATIENCE));
    if (flags["dry-run"]) return this.#dryRun(file, flags);
    const { state, clock } = surroundings(flags["lock-timeout"], warn);
    sweepRestores(state, file.head.vault, clock());
    if (flags.plan !== undefined) return this.#byPlan(file, flags, flags.plan);
    if (flags["plan-out"] !== undefined) return this.#writePlan(file, flags, flags["plan-out"]);

    const gathering = gatherByFlags(flags, this.#silent(flags), warn);
    return this.#execute(this.#prepare(file, flags), flags, gathering);
  }

  #dryRun(file: HashedBackup, flags: RestoreFlags): RestoreDryRun {
    const { head, sha256 } = file;
    this.result(backupText(head, sha256));
    let refusal: string | null = null;
    let entries = 0;
    try {
      entries = this.#prepare(file, flags).plan.head.size;
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      refusal = error.message;
    }
    this.result(refusal === null ? "\nCould be restored as things stand" : `\nWould be refused: ${show(refusal, 400)}`);
    const { vault, name, genesis, time: made, manifest } = head;
    const { generation, threshold } = manifest;
    const custodians = manifest.custodians.map((seat) => seat.name);
    return { dryRun: true, vault, name, genesis, made, entries, sha256, generation, threshold, custodians, refusal };
  }

  async #writePlan(file: HashedBackup, flags: RestoreFlags, out: string): Promise<PlanWritten> {
    const lifetime = planLifetime(flags["plan-lifetime"]);
    assertAbsent(resolve(out));
    const { rehearsal } = file.head.manifest;
    const session = await newSession(await chooseSession(flags, rehearsal, (text) => this.warn(text)), rehearsal);
    const { plan, quorum, hostKey, view } = this.#prepare(file, flags, { lifetime, session });
    const { kept, identity } = session;
    const stored = { version: 1 as const, plan: plan.id, expires: plan.expires, kept, identity };
    keepRestore(surroundings(flags["lock-timeout"], () => undefined).state, plan.vault, stored, hostKey);
    createFileDurably(resolve(out), writePlanFile(plan, [quorum], hostKey));

    this.result(fold(planText(view), process.stdout.columns));
    this.result(
      `\nPlan written to ${show(out, 300)}: send it to the custodians, and read them the words by telephone.` +
        `\nThey run conclave plan approve --words; then, here: the same command with --plan ${show(out, 300)} --approval FILE …`,
    );
    this.endAs("WAITING_FOR_PEOPLE");
    return { plan: plan.id, digest: view.digest, words: view.words, file: resolve(out), expires: plan.expires };
  }

  async #byPlan(file: HashedBackup, flags: RestoreFlags, planPath: string): Promise<Restored> {
    const warn = (message: string) => this.warn(message);
    const around = surroundings(flags["lock-timeout"], warn);
    const planFile = readPlanFile(planPath);
    const { id, vault } = planFile.plan;
    const hostKey = keptHostKey(around.state, vault, id);
    const prepared = prepareRestoreFile(planFile, { file, path: resolve(flags.vault), hostKey }, ACTIONS, around);
    const approvals = flags.approval.map((path) => ({ origin: path, bytes: readAnswer(path) }));
    const identity = async () =>
      openSession(loadSession(around.state, vault, id), () =>
        sessionPassphrase(flags["session-passphrase-file"], warn),
      );
    const gathering = gatherForPlan(flags, this.#silent(flags), warn);
    const restored = await this.#execute(prepared, flags, gathering, { approvals, identity });
    removeRestore(around.state, vault, id);
    return restored;
  }

  async #execute(
    prepared: PreparedRestore,
    flags: RestoreFlags,
    gathering: Gathering,
    received?: Parameters<typeof executeRestore>[3],
  ): Promise<Restored> {
    const around = surroundings(flags["lock-timeout"], (message) => this.warn(message));
    const progress = {
      opening: progressBar("opening the backup", PATIENCE),
      verifying: around.progress,
      proving: progressBar("opening every ciphertext", PATIENCE),
    };
    const restored = await executeRestore(prepared, around, gathering, received, progress);
    this.result(restoredText(restored));
    if (restored.recovery !== null) this.result(`\n${fold(recoveryText(restored.recovery), process.stdout.columns)}`);
    return restored;
  }

  #prepare(
    file: HashedBackup,
    flags: RestoreFlags,
    travelling: Pick<Parameters<typeof prepareRestore>[0], "lifetime" | "session"> = {},
  ): PreparedRestore {
    const request = {
      file,
      path: resolve(flags.vault),
      hostKey: newHostKey(),
      olderThanAnchor: flags["older-than-anchor"],
      reason: flags.reason ?? "",
      ...travelling,
    };
    return prepareRestore(
      request,
      ACTIONS,
      surroundings(flags["lock-timeout"], () => undefined),
    );
  }

  #silent(flags: RestoreFlags): boolean {
    return flags.quiet || this.jsonEnabled();
  }
}
