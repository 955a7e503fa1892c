import { ConclaveError, type ErrorCode, isConclaveError } from "../errors.ts";
import type { ShareDocument } from "../share/document.ts";
import { QuorumNotMetError } from "../share/shamir.ts";
import type { Interaction, QuorumProgress } from "./interaction.ts";
import type { QuorumGeneration } from "./state.ts";
import { type VaultPlace, type VerifiedShare, verifyShare } from "./verify-share.ts";

/** Refusals of one share, after which its custodian or another may try again. */
const ABOUT_A_SHARE: readonly ErrorCode[] = [
  "SHARE_MALFORMED",
  "SHARE_DAMAGED",
  "SHARE_PASSPHRASE",
  "SHARE_OTHER_VAULT",
  "SHARE_OTHER_QUORUM",
  "SHARE_OTHER_GENERATION",
  "SHARE_OTHER_CUSTODIAN",
  "SHARE_DOUBLED",
  "SHARE_REHEARSAL",
  "SHARE_WITHOUT_IDENTITY",
  "NOT_FOUND",
  "INPUT_MALFORMED",
  "HOST_IO",
];

/** The shares of each quorum, verified; owns them. */
export class GatheredShares implements Disposable {
  readonly quorums: readonly QuorumGeneration[];
  readonly #verified = new Map<string, VerifiedShare[]>();
  readonly #documents: ShareDocument[] = [];

  constructor(quorums: readonly QuorumGeneration[]) {
    this.quorums = quorums;
    for (const { id } of quorums) this.#verified.set(id, []);
  }

  /** In the order in which they came. */
  of(quorum: QuorumGeneration): readonly VerifiedShare[] {
    return this.#verified.get(quorum.id) ?? [];
  }

  get all(): readonly VerifiedShare[] {
    return [...this.#verified.values()].flat();
  }

  /** @param document taken over: its share is `verified`'s */
  add(quorum: QuorumGeneration, verified: VerifiedShare, document: ShareDocument): void {
    this.#documents.push(document);
    this.#verified.get(quorum.id)?.push(verified);
  }

  progress(): QuorumProgress[] {
    return this.quorums.map((quorum) => {
      const present = this.of(quorum).map(({ seat }) => seat.name);
      const { threshold, custodians } = quorum.manifest;
      const missing = custodians.map(({ name }) => name).filter((name) => !present.includes(name));
      return { quorum: quorum.name, threshold, present, missing };
    });
  }

  [Symbol.dispose](): void {
    for (const document of this.#documents) document[Symbol.dispose]();
  }
}

/**
 * Ask for shares until each quorum has its threshold, or no more come. Each is verified alone when it
 * is presented; a bad one is named, never counted, and may be tried again.
 *
 * @returns the caller's to dispose of
 * @throws QuorumNotMetError, or the refusal of a share after which the interaction gave up
 */
export async function gatherShares(
  vault: VaultPlace,
  quorums: readonly QuorumGeneration[],
  interaction: Interaction,
): Promise<GatheredShares> {
  const gathered = new GatheredShares(quorums);
  try {
    while (await gatherOne(vault, gathered, interaction));
    for (const { present, threshold, missing, quorum } of gathered.progress()) {
      if (present.length < threshold) throw notMet(quorum, present, threshold, missing);
    }
    return gathered;
  } catch (error) {
    gathered[Symbol.dispose]();
    throw error;
  }
}

/** @returns whether to ask for another */
async function gatherOne(vault: VaultPlace, gathered: GatheredShares, interaction: Interaction): Promise<boolean> {
  let document: ShareDocument | undefined;
  try {
    const presented = await interaction.presentShare(gathered.progress());
    if (presented === undefined) return false;
    document = presented.document;
    const { quorum, verified } = verifyShare(presented, vault, gathered.quorums, gathered.all);
    assertIdentity(verified, presented.origin);
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
      suggestions: ["Present the whole share file, with its custodian-key line"],
    },
  );
}

function notMet(
  quorum: string,
  present: readonly string[],
  threshold: number,
  missing: readonly string[],
): ConclaveError {
  const error = new QuorumNotMetError(present.length, threshold);
  const names = present.length === 0 ? "" : ` (${present.join(", ")})`;
  return new ConclaveError(
    error.code,
    `quorum ${quorum} not met: ${present.length} of ${threshold} shares presented${names}`,
    {
      suggestions: [`Present ${threshold - present.length} more, each of one of: ${missing.join(", ")}`],
    },
  );
}
