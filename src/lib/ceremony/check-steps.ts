import { statSync } from "node:fs";
import { readBackupHead } from "../backup/backup-file.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { ioExplained } from "../host/files.ts";
import { planExport } from "../key/plan-export.ts";
import { preparePlan } from "../quorum/prepare.ts";
import { checkSeatRequest } from "../quorum/seat-request.ts";
import { quorumInForce, requireQuorum } from "../quorum/state.ts";
import { hasVault } from "../vault/read-only.ts";
import { openVault } from "../vault/vault.ts";
import type { Failed } from "./before.ts";
import { exportSchema, genesisSchema, proveSchema, rekeySchema, restoreSchema } from "./built-in.ts";
import type { CeremonyHost } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { kindOf, type Script, type StepKind, valuesOf } from "./script.ts";
import type { Stage } from "./stage.ts";

/** What is looked at: a script with its inputs filled in, and where it is to run. */
interface Ahead {
  script: Script;
  rehearsal: boolean;
  host: CeremonyHost;
  stage: Pick<Stage, "newSeats" | "exportRecipient">;
}

/**
 * What steps that are commands of their own were given, looked at before step 1: a wrong threshold, enrolment or backup is
 * not to be found when people have been in the room for an hour.
 */
export async function checkSteps(ahead: Ahead): Promise<Failed[]> {
  const found: Failed[] = [];
  for (const [index, step] of ahead.script.steps.entries()) {
    const kind = kindOf(step);
    const look = LOOKS[kind];
    const ofItself = "prove" in step && valuesOf(step)["backup"] === undefined; // the backup that the ceremony makes
    if (look === undefined || ofItself) continue;
    const check = `step ${index + 1}, ${kind}`;
    try {
      await look(ahead, index);
      found.push({ check, code: "REFUSED", passed: true, found: "what it was given is right, as far as can be seen" });
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      const [mend] = error.suggestions;
      const { code, message } = error;
      found.push({ check, code, passed: false, found: message, ...(mend !== undefined && { mend }) });
    }
  }
  return found;
}

/** @throws ConclaveError what would refuse the step */
type Look = (ahead: Ahead, index: number) => Promise<void>;

const LOOKS: { readonly [Kind in StepKind]?: Look } = {
  async genesis(ahead, index) {
    const asked = parseValues(ahead, index, genesisSchema);
    const { threshold, custodians } = await ahead.stage.newSeats(asked, ahead.rehearsal, false);
    checkSeatRequest(ahead.host.vault, threshold, custodians);
  },
  async rekey(ahead, index) {
    const asked = parseValues(ahead, index, rekeySchema);
    if (!hasVault(ahead.host)) return;
    await using vault = await openVault(ahead.host.vault, ahead.host.around);
    const { id } = await requireQuorum(vault.reader, asked.quorum);
    const inForce = await quorumInForce(vault.reader, id);
    const { threshold, custodians } = await ahead.stage.newSeats(asked, ahead.rehearsal, false, inForce);
    checkSeatRequest(vault.path, threshold, custodians);
  },
  async restore(ahead, index) {
    const { backup, latest } = parseValues(ahead, index, restoreSchema);
    lookAtBackup(backup, latest);
  },
  async prove(ahead, index) {
    const { backup } = parseValues(ahead, index, proveSchema);
    if (backup !== undefined) lookAtBackup(backup, false);
  },
  async export(ahead, index) {
    const { key, version, to } = parseValues(ahead, index, exportSchema);
    const recipient = ahead.stage.exportRecipient(typeof to === "string" ? [to] : to);
    if (!hasVault(ahead.host)) return;
    await using vault = await openVault(ahead.host.vault, ahead.host.around);
    const actions = [await planExport(vault.reader, { key, version, to: recipient })];
    const { objection } = await preparePlan(vault, ahead.host.catalogue, { actions, reason: "" });
    if (objection !== undefined) throw objection;
  },
};

/** Its head; that all of it is whole, the step finds out. */
function lookAtBackup(path: string, latest: boolean): void {
  const isDirectory = ioExplained(path, () => statSync(path)).isDirectory();
  if (!isDirectory) readBackupHead(path);
  else if (!latest) throw new ConclaveError("USAGE", `${path} is a directory: a backup file is wanted`);
}
