import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { MINUTE } from "../clock.ts";
import { labelled } from "../crypto/labels.ts";
import { publicKeyOf, sign, verify } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, canonicalJson, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { publicKeySchema, signatureSchema } from "../names.ts";
import { manifestHash, manifestProblem, manifestSchema } from "./manifest.ts";
import { hasLifetime, type Plan, planSchema } from "./plan.ts";
import { handoversSchema } from "./seats.ts";
import { describedGeneration, type QuorumGeneration } from "./state.ts";

/** How far ahead of the own clock a document from elsewhere may be. */
export const AHEAD = 10 * MINUTE;
const planFileSchema = z.strictObject({
  plan: planSchema,
  /** Those of the plan's quorums, in their order. */
  manifests: z.array(manifestSchema).min(1).max(LIMITS.planQuorums),
  /** Those of each of these generations: not the host's to make, each is signed by the custodian. */
  handovers: z.array(handoversSchema).max(LIMITS.planQuorums),
  hostKey: publicKeySchema,
  /** The host's, over the plan. */
  signature: signatureSchema,
});

/** A plan as it travels: with the manifests of its quorums, signed by the host. */
export type PlanFile = z.infer<typeof planFileSchema>;

/** @param quorums those of the plan, in its order */
export function writePlanFile(plan: Plan, quorums: readonly QuorumGeneration[], hostKey: KeyObject): Uint8Array {
  const file: PlanFile = {
    plan,
    manifests: quorums.map(({ manifest }) => manifest),
    handovers: quorums.map(({ handovers }) => [...handovers]),
    hostKey: publicKeyOf(hostKey),
    signature: sign(hostKey, message(plan)),
  };
  return canonicalFile(file);
}

/**
 * A plan file that hangs together: its manifests are those of its quorums, and the host key in it
 * signed it. Whether that key is the vault's host's is another question.
 *
 * @throws ConclaveError PLAN_INVALID
 */
export function parsePlanFile(bytes: Uint8Array): PlanFile {
  const file = parseCanonicalFile(bytes, planFileSchema, refuse);
  const { plan, manifests, handovers, hostKey, signature } = file;
  if (plan.quorums.length !== manifests.length || manifests.length !== handovers.length) {
    throw refuse("manifests, handovers: not those of the plan's quorums");
  }
  for (const [i, manifest] of manifests.entries()) {
    const quorum = plan.quorums[i];
    const same =
      manifest.vault === plan.vault &&
      manifest.quorum === quorum?.id &&
      manifest.name === quorum.name &&
      manifest.generation === quorum.generation &&
      manifestHash(manifest) === quorum.manifest;
    const problem = manifestProblem(manifest);
    if (!same || problem !== undefined) throw refuse(`manifests[${i}]: ${problem ?? "not that of the plan's quorum"}`);
  }
  if (!verify(hostKey, message(plan), signature))
    throw refuse("the host's signature does not verify: the file was altered");
  if (!hasLifetime(plan)) throw refuse("expires: must be after it was made, by 30 days at most");
  planQuorums(file);
  return file;
}

/** The quorums of a plan file, as it carries them. @throws ConclaveError PLAN_INVALID a handover that doesn't follow */
export function planQuorums({ manifests, handovers }: PlanFile): QuorumGeneration[] {
  return manifests.map((manifest, i) => describedGeneration(manifest, handovers[i] ?? [], refuse));
}

function message(plan: Plan): Uint8Array {
  return labelled("plan", canonicalJson(plan));
}

function refuse(problem: string): ConclaveError {
  return new ConclaveError("PLAN_INVALID", `plan file: ${problem}`, {
    suggestions: ["Ask the requester for the file again"],
  });
}
