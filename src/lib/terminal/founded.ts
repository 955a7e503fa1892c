import { IntegrityError } from "../errors.ts";
import { allGenerations } from "../quorum/state.ts";
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
  const [root] = await allGenerations(reader);
  const checkpoint = await reader.find("checkpoint", { id: 1 });
  if (root === undefined || checkpoint === undefined) throw new IntegrityError("vault", "no quorum or checkpoint");
  const { id: quorum, name, generation, manifest, manifestHash } = root;
  const seats = await Promise.all(
    manifest.custodians.map(async ({ name: custodian, x }) => {
      const seat = await reader.find("seats", { quorum, generation, x });
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

/**
 * The last page of genesis: what each person has to know, then what all take down on paper.
 * @param ownMedia custodians whose share went straight onto a medium of their own
 */
export function foundedText(founded: FoundedVault, ownMedia: ReadonlySet<string>): string {
  const { quorum, shares, path } = founded;
  const people = shares.map((share) => {
    if (!share.proved) return unprovedPage(share);
    return ownMedia.has(share.custodian) ? ownMediumPage(share) : hostFilePage(share, path);
  });
  const unproved = shares.filter(({ proved }) => !proved).map(({ custodian }) => custodian);
  const pending = [
    `PENDING until ${show(unproved.join(", "), 300)} proved:`,
    "  here     conclave custodian request --out REQUEST",
    "  there    conclave custodian prove REQUEST --share NAME.share --identity NAME.identity --out NAME.proof",
    "  here     conclave custodian confirm NAME.proof …",
  ];
  const vault = fields([
    ["Vault", `${founded.name} (${founded.vault})${founded.rehearsal ? ", REHEARSAL" : ""}`],
    ["Folder", path],
    ["Quorum", `${quorum.name}: ${quorum.threshold} of ${shares.length}`],
    ["Genesis", founded.genesis],
  ]);
  return [
    ...people,
    ...(unproved.length === 0 ? [] : [pending.join("\n")]),
    vault,
    "Write the genesis hash down on paper, each of you: later, conclave audit verify --genesis HASH proves that the vault is this one.",
  ].join("\n\n");
}

interface Share {
  custodian: string;
  file: string | null;
}

/** For a custodian whose share went straight onto an own medium: nothing of it is left here. */
function ownMediumPage({ custodian, file }: Share): string {
  return [
    `${show(custodian)}: your share is sealed to your passphrase, and you proved it.`,
    `  It is on your medium: ${show(file ?? "", 300)}`,
    "  Take the medium away from this host, and keep a copy elsewhere.",
  ].join("\n");
}

/** For a custodian whose share file still has to leave the host. */
function hostFilePage({ custodian, file }: Share, vault: string): string {
  return [
    `${show(custodian)}: your share is sealed to your passphrase, and you proved it.`,
    `  It is in  ${show(file ?? "", 300)}`,
    "  Copy it onto two media of your own, and test each copy; this host sees the share when you do:",
    `  Test it   conclave share verify ${show(custodian)}=COPY --vault ${show(vault, 300)}`,
    `  Then erase what lies here:  shred -u ${show(file ?? "", 300)}`,
  ].join("\n");
}

/** For a custodian elsewhere. */
function unprovedPage({ custodian, file }: Share): string {
  return [
    `${show(custodian)}: your share is sealed to your enrolment. Prove it from your own desk.`,
    `  Send it   ${show(file ?? "", 300)}`,
  ].join("\n");
}
