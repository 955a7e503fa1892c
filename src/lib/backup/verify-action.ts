import { z } from "zod";
import type { EntryTypes } from "../audit/chain.ts";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { digestSchema, textSchema, timestampSchema } from "../names.ts";
import type { Action, PlannedAction } from "../quorum/action.ts";
import { quorumInForce, rootQuorum } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Unlocked } from "../vault/unlocked.ts";
import { type HashedBackup, hashBackup } from "./backup-file.ts";
import { openBackup } from "./open-backup.ts";
import { proveCiphertexts } from "./prove-ciphertexts.ts";
import { inWorkplace } from "./workplace.ts";

const NAME = "backup.verify";

const parametersSchema = z.strictObject({
  /** The backup: its base name, for people, and its SHA-256. */
  file: z.strictObject({ name: textSchema, sha256: digestSchema }),
  /** When it was made. */
  made: timestampSchema,
  /** The generation of the root quorum that opens it: that in force. */
  manifest: digestSchema,
});

export type BackupVerifyParameters = z.infer<typeof parametersSchema>;

/**
 * Prove that a backup restores: open it into a scratch place that is wiped, verify all of it, open every ciphertext.
 * @param types of entries: those of the catalogue in which it stands
 */
export function backupVerify(types: () => EntryTypes): Action<BackupVerifyParameters> {
  return {
    name: NAME,
    parameters: parametersSchema,
    quorums: async (_, state) => [(await rootQuorum(state)).id],
    render: ({ file, made, manifest }) => [
      { label: "Backup", value: file.name },
      { label: "SHA-256", value: file.sha256 },
      { label: "Backup made", value: made },
      { label: "Opened by", value: `the root quorum's generation of the manifest ${manifest}` },
      { label: "Effect", value: "it is opened into a scratch place, verified, every ciphertext opened, and wiped" },
    ],
    check: checkBackupVerify,
    async ahead({ file }, vault) {
      const hashed = inputOf(vault, file);
      const { place } = vault;
      if (place === undefined) throw new TypeError("an act without a place");
      return await inWorkplace(place.folder, "verify", place, ({ copy }) => prove(hashed, copy, vault, types()));
    },
    async *execute(_parameters, _vault, _time, proved) {
      yield { data: proved };
    },
  };
}

export const backupVerifyEntry = effectType({
  type: NAME,
  data: z.strictObject({
    plan: z.string(),
    action: z.int(),
    keks: z.int().nonnegative(),
    materials: z.int().nonnegative(),
    unopened: z.int().nonnegative(),
  }),
  parameters: parametersSchema,
  async project(entry, _, parameters, { tables }) {
    await checkBackupVerify(parameters, tables);
    await tables.update("backups", { sha256: parameters.file.sha256 }, { proved: entry.time });
  },
});

/** What is asked of the quorum. @param name of the file, as somebody gave it */
export function planBackupVerify({ head, sha256, manifest }: HashedBackup, name: string): PlannedAction {
  const parameters: BackupVerifyParameters = { file: { name, sha256 }, made: head.time, manifest };
  return { action: NAME, parameters };
}

async function checkBackupVerify({ file, manifest }: BackupVerifyParameters, state: Reader): Promise<void> {
  const row = await state.find("backups", { sha256: file.sha256 });
  if (row === undefined) {
    throw new ConclaveError("REFUSED", `the chain does not tell of the backup ${file.name}`, {
      suggestions: ["Make a new one, and prove that: conclave backup create --to DIR"],
    });
  }
  const root = await quorumInForce(state, (await rootQuorum(state)).id);
  if (row.manifestHash !== manifest || root.manifestHash !== manifest) {
    throw new ConclaveError(
      "REFUSED",
      `opened by generation ${row.generation} of quorum ${root.name}, now it is ${root.generation}`,
      { suggestions: ["Make a new backup, and prove that", "With the old shares: conclave restore, on another host"] },
    );
  }
}

/** The file among those named for the act. */
function inputOf(vault: Unlocked, { name, sha256 }: { name: string; sha256: string }): HashedBackup {
  for (const path of vault.place?.inputs ?? []) {
    try {
      const hashed = hashBackup(path);
      if (hashed.sha256 === sha256) return hashed;
    } catch (error) {
      if (!isConclaveError(error, "INTEGRITY") || vault.place?.inputs.length === 1) throw error;
    }
  }
  throw new ConclaveError("USAGE", `the plan is of the backup ${name}, SHA-256 ${sha256}: no such file was given`, {
    suggestions: ["Give it: conclave plan execute PLAN --in FILE"],
  });
}

async function prove(hashed: HashedBackup, scratch: string, vault: Unlocked, types: EntryTypes) {
  const root = await rootQuorum(vault.reader);
  const opened = await openBackup(hashed, scratch, vault.backupSeed(root.id), types);
  await using storage = opened.storage;
  using unlocked = vault.over(storage);
  const { keks, materials, unopened } = await proveCiphertexts(unlocked, vault.progress);
  return { keks, materials, unopened };
}
