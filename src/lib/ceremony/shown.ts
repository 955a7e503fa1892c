import { backupStatus } from "../backup/status.ts";
import { timestamp } from "../clock.ts";
import { digestWords } from "../crypto/words.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { describeKey } from "../key/describe.ts";
import { keysStatus } from "../key/status.ts";
import type { Line } from "../quorum/action.ts";
import { currentGenerations } from "../quorum/state.ts";
import { vaultStatus } from "../quorum/status.ts";
import type { Vault } from "../vault/vault.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { entriesOfPlan } from "./perform-plan.ts";
import { executedPlans, lastBackupOf } from "./progress.ts";
import type { SHOWN } from "./script.ts";
import type { StepResult } from "./stage.ts";

type Shower = (ceremony: Ceremony, vault: Vault) => Promise<Line[]>;

/** What each word of `show` shows. */
const SHOWERS = {
  "key-check-value": keyLines,
  "genesis-hash": async (_, { identity }) => [
    { label: "Genesis hash", value: identity.genesis },
    { label: "In words", value: digestWords(identity.genesis) },
  ],
  checkpoint: async (_, vault) => checkpointLines(vault),
  quorum: async (_, vault) => quorumLines(vault),
  status: async (_, vault) => statusLines(vault),
  "backup-digest": async (ceremony) => backupLines(ceremony),
} as const satisfies Record<(typeof SHOWN)[number], Shower>;

/** Show something of the vault, for people to compare or to copy. */
export async function performShow(ceremony: Ceremony, index: number): Promise<StepResult> {
  const step = ceremony.script.steps[index];
  if (step === undefined || !("show" in step)) throw new RangeError(`step ${index} shows nothing`);
  await using vault = await vaultOf(ceremony);
  return { lines: await SHOWERS[step.show](ceremony, vault) };
}

/** The newest signed head of the chain. */
export async function checkpointLines(vault: Vault): Promise<Line[]> {
  const note = (await vault.reader.find("checkpoint", { id: 1 }))?.note;
  if (note === undefined) throw new IntegrityError("checkpoint", "is missing");
  return note
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((value, i) => ({ label: i === 0 ? "Checkpoint" : " ", value }));
}

/** Check values and fingerprints of the keys that this ceremony's plan made or changed. */
async function keyLines({ log }: Ceremony, vault: Vault): Promise<Line[]> {
  const ids = new Set<string>();
  for (const plan of executedPlans(log)) {
    for (const { data } of await entriesOfPlan(vault.reader, plan)) {
      for (const id of [data["key"], data["id"]]) if (typeof id === "string") ids.add(id);
    }
  }
  const lines: Line[] = [];
  for (const id of ids) {
    const row = await vault.reader.find("keys", { id });
    const keyring = row && (await vault.reader.find("keyrings", { id: row.keyring }));
    if (row === undefined || keyring === undefined) continue;
    const key = await describeKey(vault.reader, `${keyring.name}/${row.name}`, timestamp(vault.clock()));
    for (const { version, checkValue, fingerprint, state } of key.versions) {
      lines.push({
        label: "Key",
        value: `${keyring.name}/${key.name}, version ${version}, ${key.algorithm}, ${state}`,
      });
      if (checkValue !== null) lines.push({ label: "Check value", value: checkValue });
      if (fingerprint !== null) lines.push({ label: "Fingerprint", value: fingerprint });
    }
  }
  if (lines.length === 0) throw new ConclaveError("REFUSED", "this ceremony has made or changed no key yet");
  return lines;
}

async function quorumLines({ reader }: Vault): Promise<Line[]> {
  return (await currentGenerations(reader)).flatMap(({ name, generation, manifest, manifestHash, seats, state }) => [
    {
      label: `Quorum ${name}`,
      value: `generation ${generation}, ${manifest.threshold} of ${manifest.custodians.length}${state === "pending" ? ", PENDING" : ""}`,
    },
    { label: "Custodians", value: seats.map((seat) => seat.name).join(", ") },
    { label: "Manifest", value: manifestHash },
  ]);
}

async function statusLines(vault: Vault): Promise<Line[]> {
  const { name, vault: id, head, openPlans } = await vaultStatus(vault);
  const { keys } = await keysStatus(vault);
  const { lastBackup, restoreProved } = await backupStatus(vault);
  const counted = Object.entries(keys).map(([state, count]) => `${count} ${state}`);
  return [
    { label: "Vault", value: `${name} (${id})` },
    ...(await quorumLines(vault)),
    { label: "Keys", value: counted.join(", ") || "none" },
    { label: "Open plans", value: String(openPlans) },
    { label: "Last backup", value: lastBackup === null ? "never" : `${lastBackup.created}: ${lastBackup.name}` },
    { label: "Restore proved", value: restoreProved ?? "never" },
    { label: "Audit chain", value: `${head.size} entries, root ${head.root}` },
  ];
}

function backupLines({ log }: Ceremony): Line[] {
  const backup = lastBackupOf(log);
  if (backup === undefined) throw new ConclaveError("REFUSED", "this ceremony has made no backup yet");
  return [
    { label: "Backup", value: backup.file },
    { label: "SHA-256", value: backup.sha256 },
    { label: "In words", value: digestWords(backup.sha256) },
  ];
}
