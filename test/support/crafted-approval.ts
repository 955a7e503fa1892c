import type { KeyObject } from "node:crypto";
import { canonicalFile } from "../../src/lib/json.ts";
import type { ApprovalStatement } from "../../src/lib/quorum/approval.ts";
import { type ApprovalFile, sealedHash, sealShare } from "../../src/lib/quorum/approval-file.ts";
import { planDigest } from "../../src/lib/quorum/plan.ts";
import type { PlanFile } from "../../src/lib/quorum/plan-file.ts";
import { Forger } from "./forgery.ts";
import type { MadeVault } from "./vault.ts";

/** In what an approval differs from the one that its custodian's machine would make. */
export interface Craft {
  statement?: Partial<ApprovalStatement>;
  /** Signs in place of the custodian's. */
  key?: KeyObject;
  /** Digest that the share is sealed together with. */
  sealedFor?: string;
  /** Whose share is sealed. */
  shareOf?: string;
  /** Whom it is sealed to. */
  recipient?: string;
  /** Changes what was signed and sealed. */
  alter?: (file: ApprovalFile) => ApprovalFile;
}

/** The approval file of somebody who can do whatever the custodian could, and does it differently. */
export async function craftApproval(
  made: MadeVault,
  { plan }: PlanFile,
  custodian: string,
  { statement, key, sealedFor, shareOf, recipient, alter = (file) => file }: Craft = {},
): Promise<Uint8Array> {
  using document = await made.document(shareOf ?? custodian);
  const to = recipient ?? plan.session?.recipient ?? "";
  const sealed = await sealShare(document.record, sealedFor ?? planDigest(plan), to);
  const own = { at: "desk", seen: null, sealed: sealedHash(sealed), ...statement } as const;
  const approval = await new Forger(made).approval(plan, custodian, own, key);
  return canonicalFile(alter({ approval, share: new TextDecoder().decode(sealed) }));
}
