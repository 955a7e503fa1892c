import { ConclaveError } from "../errors.ts";
import { quorumInForce } from "../quorum/state.ts";
import type { Vault } from "../vault/vault.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** What `init` tells of the vault that it made. */
export interface FoundedVault {
  vault: string;
  name: string;
  epoch: string;
  path: string;
  genesis: string;
  rehearsal: boolean;
  quorum: { name: string; generation: number; threshold: number; manifest: string };
  shares: { custodian: string; file: string | null; proved: boolean }[];
  hostKey: string;
  checkpoint: string;
}

export async function foundedVault({ path, reader, identity }: Vault): Promise<FoundedVault> {
  const quorum = await reader.find("quorums", {});
  const checkpoint = await reader.find("checkpoint", { id: 1 });
  if (quorum === undefined || checkpoint === undefined)
    throw new ConclaveError("INTEGRITY", "vault: no quorum or checkpoint");
  const { name, generation, manifest, manifestHash } = await quorumInForce(reader, quorum.id);
  const seats = await Promise.all(
    manifest.custodians.map(async ({ name: custodian, x }) => {
      const seat = await reader.find("seats", { quorum: quorum.id, generation, x });
      return { custodian, file: seat?.file ?? null, proved: seat !== undefined && seat.confirmed !== null };
    }),
  );
  return {
    vault: identity.id,
    name: identity.name,
    epoch: identity.epoch,
    path,
    genesis: identity.genesis,
    rehearsal: identity.rehearsal === 1,
    quorum: { name, generation, threshold: manifest.threshold, manifest: manifestHash },
    shares: seats,
    hostKey: identity.hostKey,
    checkpoint: checkpoint.note,
  };
}

/** The last page of genesis: the vault, then what each person has to know. */
export function foundedText(founded: FoundedVault): string {
  const { quorum, shares, path } = founded;
  const head = fields([
    ["Vault", `${founded.name} (${founded.vault})${founded.rehearsal ? ", REHEARSAL" : ""}`],
    ["Folder", path],
    ["Quorum", `${quorum.name}: ${quorum.threshold} of ${shares.length}`],
    ["Genesis", founded.genesis],
  ]);
  const people = shares.map(({ custodian, file }) =>
    [
      `${show(custodian)}:`,
      `  Your share is in ${show(file ?? "", 300)}, sealed to your passphrase, and you proved it.`,
      `  Take it away from this host, onto a medium of your own, and keep a copy elsewhere.`,
      "  Test it now and then, wherever it lies:",
      `    conclave share verify ${show(custodian)}.share --vault ${show(path, 300)}`,
      "  Then erase it here:",
      `    shred -u ${show(file ?? "", 300)}`,
    ].join("\n"),
  );
  const last =
    "Write the genesis hash down on paper: later, conclave audit verify --genesis HASH proves that the vault is this one.";
  return [head, ...people, last].join("\n\n");
}
