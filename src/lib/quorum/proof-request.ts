import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { openCheckpoint } from "../audit/checkpoint.ts";
import { timestamp } from "../clock.ts";
import { digestOf } from "../crypto/digest.ts";
import { labelled } from "../crypto/labels.ts";
import { sign, verify } from "../crypto/signature.ts";
import type { Proof } from "../custodian/proof.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import type { Anchor } from "../host/anchor.ts";
import { canonicalFile, canonicalJson, parseCanonicalFile } from "../json.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema, signatureSchema, timestampSchema } from "../names.ts";
import type { Vault } from "../vault/vault.ts";
import { type ApprovingDesk, whereKeysOpen } from "./approve.ts";
import { acceptHost } from "./desk.ts";
import type { PresentedShare } from "./interaction.ts";
import { manifestProblem, manifestSchema } from "./manifest.ts";
import { makeProof } from "./prove.ts";
import { recordRequest } from "./request-entry.ts";
import { handoversSchema } from "./seats.ts";
import { currentGenerations, describedGeneration, type QuorumGeneration } from "./state.ts";
import { verifyShare } from "./verify-share.ts";

const requestSchema = z.strictObject({
  type: z.literal("request"),
  version: z.literal(1),
  vault: idSchema,
  /** What people call the vault. */
  name: nameSchema,
  epoch: idSchema,
  genesis: digestSchema,
  hostKey: publicKeySchema,
  /** The signed head of the chain: what the proofs are made over. */
  checkpoint: z.string().max(LIMITS.noteLength),
  time: timestampSchema,
  /** All generations in force or pending, in full. */
  manifests: z.array(manifestSchema).min(1).max(LIMITS.remembered),
  /** Those of each of these generations. */
  handovers: z.array(handoversSchema).max(LIMITS.remembered),
});

/** A host's request to its custodians to prove that they hold their shares. */
export type ProofRequest = z.infer<typeof requestSchema>;

const requestFileSchema = z.strictObject({ request: requestSchema, signature: signatureSchema });

/** A proof that is ready to be made, once the custodian has said yes. */
export interface ReadyProof {
  custodian: string;
  quorum: string;
  /** To be remembered when the proof is made. */
  anchor: Anchor;
  make(): Proof;
}

/** SHA-256 of a request: what its words are of. */
export function requestDigest(request: ProofRequest): string {
  return digestOf("request", canonicalJson(request));
}

/**
 * The bytes of a request, signed by the host, over a checkpoint of its own: the proofs are dated by it, so
 * an entry comes first, also in a vault in which nothing else happens.
 */
export async function writeProofRequest(vault: Vault): Promise<{ request: ProofRequest; bytes: Uint8Array }> {
  await recordRequest(vault);
  const { id, name, epoch, genesis, hostKey } = vault.identity;
  const checkpoint = (await vault.reader.find("checkpoint", { id: 1 }))?.note;
  if (checkpoint === undefined) throw new IntegrityError("checkpoint", "is missing");
  const generations = await currentGenerations(vault.reader);
  const time = timestamp(vault.clock());
  const request: ProofRequest = {
    type: "request",
    version: 1,
    vault: id,
    name,
    epoch,
    genesis,
    hostKey,
    checkpoint,
    time,
    manifests: generations.map(({ manifest }) => manifest),
    handovers: generations.map(({ handovers }) => [...handovers]),
  };
  return { request, bytes: canonicalFile({ request, signature: signRequest(request, vault.hostKey()) }) };
}

/** @throws ConclaveError PLAN_INVALID: malformed, or not signed by the host key in it */
export function parseProofRequest(bytes: Uint8Array): ProofRequest {
  const { request, signature } = parseCanonicalFile(bytes, requestFileSchema, refuse);
  if (!verify(request.hostKey, message(request), signature))
    throw refuse("the host's signature does not verify: the file was altered");
  const checkpoint = openCheckpoint(request.checkpoint, request.hostKey);
  if (checkpoint?.vault !== request.vault || checkpoint.epoch !== request.epoch)
    throw refuse("its checkpoint is not this host's");
  if (request.manifests.length !== request.handovers.length) throw refuse("handovers: not those of its manifests");
  for (const manifest of request.manifests) {
    const problem = manifest.vault === request.vault ? manifestProblem(manifest) : "of another vault";
    if (problem !== undefined) throw refuse(`manifest of ${manifest.name}: ${problem}`);
  }
  requestQuorums(request);
  return request;
}

/**
 * Check a request as a custodian's machine can, and the presented share against it. The share finds its seat.
 * @param presented stays the caller's; must live until `make` was called
 * @throws ConclaveError PLAN_INVALID, SHARE_*
 */
export function prepareProof(request: ProofRequest, presented: PresentedShare, desk: ApprovingDesk): ReadyProof {
  const { vault, epoch, genesis, hostKey, time } = request;
  const quorums = requestQuorums(request);
  const rehearsal = request.manifests.some((manifest) => manifest.rehearsal);
  const { quorum, verified } = verifyShare(presented, { id: vault, genesis, rehearsal }, quorums, []);
  const checkpoint = openCheckpoint(request.checkpoint, hostKey);
  if (checkpoint === undefined) throw refuse("its checkpoint is not this host's");
  const { size, root } = checkpoint;
  const claim = {
    what: "request" as const,
    vault,
    epoch,
    genesis,
    hostKey,
    manifest: quorum.manifestHash,
    head: { size, root },
    time,
  };
  const anchor = acceptHost({ ...claim, digest: requestDigest(request) }, { ...desk, pin: presented.document.pin });
  const place = { vault, epoch, genesis };
  const at = whereKeysOpen(desk.state, vault);
  return {
    custodian: verified.seat.name,
    quorum: quorum.name,
    anchor,
    make: () => makeProof(place, quorum, verified, request.checkpoint, at, presented.origin),
  };
}

function requestQuorums({ manifests, handovers }: ProofRequest): QuorumGeneration[] {
  return manifests.map((manifest, i) => describedGeneration(manifest, handovers[i] ?? [], refuse));
}

function signRequest(request: ProofRequest, hostKey: KeyObject): string {
  return sign(hostKey, message(request));
}

function message(request: ProofRequest): Uint8Array {
  return labelled("request", canonicalJson(request));
}

function refuse(problem: string): ConclaveError {
  return new ConclaveError("PLAN_INVALID", `request: ${problem}`, {
    suggestions: ["Ask the host's administrator for the file again"],
  });
}
