import { IntegrityError } from "../errors.ts";
import { currentGenerations, type QuorumGeneration } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Vault } from "../vault/vault.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** A share that was made: whose, where it went, and whether it was proved. */
export interface NewShare {
  custodian: string;
  file: string | null;
  proved: boolean;
}

/** What `init` tells of the vault that it made. */
export interface FoundedVault {
  vault: string;
  name: string;
  epoch: string;
  path: string;
  genesis: string;
  rehearsal: boolean;
  quorum: { name: string; generation: number; threshold: number; manifest: string };
  shares: NewShare[];
  hostKey: string;
  checkpoint: string;
}

export async function foundedVault({ path, reader, identity }: Vault): Promise<FoundedVault> {
  const [root] = await currentGenerations(reader);
  const checkpoint = await reader.find("checkpoint", { id: 1 });
  if (root === undefined || checkpoint === undefined) throw new IntegrityError("vault", "no quorum or checkpoint");
  const { name, generation, manifest, manifestHash } = root;
  const seats = await newShares(reader, root);
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

/** The shares of a new generation, as far as they have come. */
export async function newShares(
  reader: Reader,
  { id: quorum, generation, seats }: QuorumGeneration,
): Promise<NewShare[]> {
  const shares = seats.map(async ({ name: custodian, x }) => {
    const seat = await reader.find("seats", { quorum, generation, x });
    return { custodian, file: seat?.file ?? null, proved: seat !== undefined && seat.confirmed !== null };
  });
  return Promise.all(shares);
}

/**
 * A page for each custodian of a new generation, and what is still to be done.
 * @param vault its folder
 * @param ownMedia custodians whose share went straight onto a medium of their own
 */
export function sharePages(shares: readonly NewShare[], vault: string, ownMedia: ReadonlySet<string>): string[] {
  const people = shares.map((share) => {
    if (!share.proved) return unprovedPage(share);
    return ownMedia.has(share.custodian) ? ownMediumPage(share) : hostFilePage(share, vault);
  });
  const unproved = shares.filter(({ proved }) => !proved).map(({ custodian }) => custodian);
  const pending = [
    `PENDING until ${show(unproved.join(", "), 300)} proved:`,
    "  here     conclave custodian request --out REQUEST",
    "  there    conclave custodian prove REQUEST --share NAME.share --identity NAME.identity --out NAME.proof",
    "  here     conclave custodian confirm NAME.proof …",
  ];
  return [...people, ...(unproved.length === 0 ? [] : [pending.join("\n")])];
}

/**
 * The last page of genesis: what each person has to know, then what all take down on paper.
 * @param ownMedia custodians whose share went straight onto a medium of their own
 */
export function foundedText(founded: FoundedVault, ownMedia: ReadonlySet<string>): string {
  const { quorum, shares, path } = founded;
  const vault = fields([
    ["Vault", `${founded.name} (${founded.vault})${founded.rehearsal ? ", REHEARSAL" : ""}`],
    ["Folder", path],
    ["Quorum", `${quorum.name}: ${quorum.threshold} of ${shares.length}`],
    ["Genesis", founded.genesis],
  ]);
  return [
    ...sharePages(shares, path, ownMedia),
    vault,
    "Write the genesis hash down on paper, each of you: later, conclave audit verify --genesis HASH proves that the vault is this one.",
  ].join("\n\n");
}

/** For a custodian whose share went straight onto an own medium: nothing of it is left here. */
function ownMediumPage({ custodian, file }: NewShare): string {
  return [
    `${show(custodian)}: your share is sealed to your passphrase, and you proved it.`,
    `  It is on your medium: ${show(file ?? "", 300)}`,
    "  Take the medium away from this host, and keep a copy elsewhere.",
  ].join("\n");
}

/** For a custodian whose share file still has to leave the host. */
function hostFilePage({ custodian, file }: NewShare, vault: string): string {
  return [
    `${show(custodian)}: your share is sealed to your passphrase, and you proved it.`,
    `  It is in  ${show(file ?? "", 300)}`,
    "  Copy it onto two media of your own, and test each copy; this host sees the share when you do:",
    `  Test it   conclave share verify ${show(custodian)}=COPY --vault ${show(vault, 300)}`,
    `  Then erase what lies here:  shred -u ${show(file ?? "", 300)}`,
  ].join("\n");
}

/** For a custodian elsewhere. */
function unprovedPage({ custodian, file }: NewShare): string {
  return [
    `${show(custodian)}: your share is sealed to your enrolment. Prove it from your own desk.`,
    `  Send it   ${show(file ?? "", 300)}`,
  ].join("\n");
}
