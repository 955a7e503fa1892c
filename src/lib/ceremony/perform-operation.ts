import { join } from "node:path";
import { createBackup } from "../backup/create.ts";
import { parseDestination } from "../backup/destination.ts";
import { ConclaveError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { verifyVault } from "../quorum/verify-vault.ts";
import type { Vault } from "../vault/vault.ts";
import type { OPERATIONS } from "./built-in.ts";
import { OPERATION_SCHEMAS } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { checkpointLines } from "./shown.ts";
import type { StepResult } from "./stage.ts";

type Operation = (ceremony: Ceremony, index: number, vault: Vault) => Promise<StepResult>;

/** What each operation does that needs no quorum. */
const OPERATION_ROWS = {
  "backup.create": backUp,
  "audit.verify": verifyChain,
  "audit.checkpoint": async (_ceremony, _index, vault) => ({ lines: await checkpointLines(vault) }),
} as const satisfies Record<(typeof OPERATIONS)[number], Operation>;

export async function performOperation(ceremony: Ceremony, index: number): Promise<StepResult> {
  const step = ceremony.script.steps[index];
  if (step === undefined || !("do" in step)) throw new RangeError(`step ${index} is no operation`);
  await using vault = await vaultOf(ceremony);
  return await OPERATION_ROWS[step.do](ceremony, index, vault);
}

async function backUp(ceremony: Ceremony, index: number, vault: Vault): Promise<StepResult> {
  const { to } = parseValues(ceremony, index, OPERATION_SCHEMAS["backup.create"]);
  const destination = parseDestination(to);
  if (destination.kind !== "directory") throw new ConclaveError("USAGE", "a ceremony's backup goes into a directory");
  createPrivateDirectory(destination.path);
  const { tool, around } = ceremony.host;
  const progress = around.progress && { sealing: around.progress, writing: around.progress };
  const made = await createBackup(vault, { to: [destination], tool, progress });
  const failed = made.destinations.find(({ error }) => error !== undefined)?.error;
  if (failed !== undefined) throw failed;
  const file = join(destination.path, made.name);
  return {
    lines: [
      { label: "Backup", value: file },
      { label: "SHA-256", value: made.sha256 },
      { label: "Entry", value: `${made.entry} backup.create` },
    ],
    backup: { file, sha256: made.sha256 },
  };
}

async function verifyChain(_ceremony: Ceremony, _index: number, vault: Vault): Promise<StepResult> {
  const found = await verifyVault(vault, {
    genesis: undefined,
    checkpoint: undefined,
    full: true,
    acceptRecovery: [],
  });
  return {
    lines: [
      { label: "Result", value: found.result },
      { label: "Entries", value: String(found.entries) },
      { label: "Root", value: found.root },
      { label: "Genesis hash", value: found.genesis },
    ],
  };
}
