import { ConclaveError, type ErrorCode, isConclaveError } from "../errors.ts";
import type { ShareDocument } from "../share/document.ts";
import type { GatheredShares } from "./gathered-shares.ts";
import type { Interaction } from "./interaction.ts";
import { type VaultPlace, type VerifiedShare, verifyShare } from "./verify-share.ts";

/** Refusals of one share, after which its custodian or another may try again. */
const ABOUT_A_SHARE: readonly ErrorCode[] = [
  "SHARE_MALFORMED",
  "SHARE_DAMAGED",
  "SHARE_PASSPHRASE",
  "SHARE_IDENTITY",
  "SHARE_OTHER_VAULT",
  "SHARE_OTHER_QUORUM",
  "SHARE_OTHER_GENERATION",
  "SHARE_OTHER_CUSTODIAN",
  "SHARE_DOUBLED",
  "SHARE_REHEARSAL",
  "SHARE_WITHOUT_IDENTITY",
  "IDENTITY_MALFORMED",
  "NOT_FOUND",
  "INPUT_MALFORMED",
  "HOST_IO",
];

/**
 * Ask for shares until each quorum has its threshold, or no more come. Each is verified alone when it
 * is presented; a bad one is named, never counted, and may be tried again.
 *
 * @param gathered is added to
 * @throws ConclaveError the refusal of a share after which the interaction gave up
 */
export async function gatherShares(
  vault: VaultPlace,
  gathered: GatheredShares,
  interaction: Interaction,
): Promise<void> {
  while (await gatherOne(vault, gathered, interaction));
}

/** @returns whether to ask for another */
async function gatherOne(vault: VaultPlace, gathered: GatheredShares, interaction: Interaction): Promise<boolean> {
  let document: ShareDocument | undefined;
  try {
    const presented = await interaction.presentShare(gathered.progress());
    if (presented === undefined) return false;
    document = presented.document;
    const { quorum, verified } = verifyShare(presented, vault, gathered.quorums, gathered.all);
    if (!gathered.rules.recoverable) assertIdentity(verified, presented.origin);
    gathered.add(quorum, verified, document);
    document = undefined;
    await interaction.shareAccepted(verified.seat.name, gathered.progress());
    return true;
  } catch (error) {
    document?.[Symbol.dispose]();
    if (!isConclaveError(error, ...ABOUT_A_SHARE) || !(await interaction.shareRefused(error))) throw error;
    return true;
  }
}

function assertIdentity(verified: VerifiedShare, origin: string): void {
  if (verified.custodianKey !== undefined) return;
  throw new ConclaveError(
    "SHARE_WITHOUT_IDENTITY",
    `${origin}: proves the share, but not that ${verified.seat.name} presents it`,
    {
      suggestions: [`Give --identity ${verified.seat.name}=FILE, or the whole share file with its custodian-key line`],
    },
  );
}
