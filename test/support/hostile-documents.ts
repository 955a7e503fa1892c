import { readFileSync, writeFileSync } from "node:fs";
import { fromUtf8, utf8 } from "../../src/lib/bytes.ts";
import { ACTIONS } from "../../src/lib/catalogue.ts";
import { generateIdentity } from "../../src/lib/crypto/age-recipient.ts";
import { labelled } from "../../src/lib/crypto/labels.ts";
import { generateSigningSeed, publicKeyOf, sign, signingKey } from "../../src/lib/crypto/signature.ts";
import { type Enrolment, parseEnrolmentFile, signEnrolment } from "../../src/lib/custodian/enrolment.ts";
import {
  makeIdentity,
  openIdentityFile,
  readIdentity,
  sealIdentity,
  writeIdentity,
} from "../../src/lib/custodian/identity.ts";
import { signProof } from "../../src/lib/custodian/proof.ts";
import { ConclaveError, type ErrorCode } from "../../src/lib/errors.ts";
import { loadSession } from "../../src/lib/host/sessions.ts";
import { canonicalFile, canonicalJson } from "../../src/lib/json.ts";
import { type ApprovalStatement, signApproval } from "../../src/lib/quorum/approval.ts";
import { parseApprovalFile } from "../../src/lib/quorum/approval-file.ts";
import { prepareApproval } from "../../src/lib/quorum/approve.ts";
import { checkProof } from "../../src/lib/quorum/check-proof.ts";
import { parseProofFile } from "../../src/lib/quorum/confirm.ts";
import { GatheredShares } from "../../src/lib/quorum/gathered-shares.ts";
import { type PlanFile, parsePlanFile } from "../../src/lib/quorum/plan-file.ts";
import { parseProofRequest, prepareProof } from "../../src/lib/quorum/proof-request.ts";
import { receiveApprovals } from "../../src/lib/quorum/receive.ts";
import { openSession } from "../../src/lib/quorum/session.ts";
import { currentGenerations } from "../../src/lib/quorum/state.ts";
import { viewPlanFile } from "../../src/lib/quorum/view-plan-file.ts";
import { Secret } from "../../src/lib/secret.ts";
import { planText } from "../../src/lib/terminal/plan-text.ts";
import { Desk, plainIdentity, sendKeyPlan, sendRequest, sessionPath } from "./desk.ts";
import { ForgedHost } from "./forged-host.ts";
import { Forger } from "./forgery.ts";
import type { MadeVault } from "./vault.ts";

/** A kind of file that comes from elsewhere, and how far a machine goes with it. */
export interface DocumentKind {
  name: string;
  /** A good one. */
  bytes: Uint8Array;
  /** Take a file in as its command does, short of writing anything. */
  take(bytes: Uint8Array): unknown;
  /** How a bad one is refused. */
  codes: readonly ErrorCode[];
  /** What a good one says, and how somebody who may sign says something else. */
  signed?: { content: unknown; again(content: unknown): Uint8Array };
}

const OF_A_SHARE: readonly ErrorCode[] = [
  "SHARE_OTHER_VAULT",
  "SHARE_OTHER_QUORUM",
  "SHARE_OTHER_GENERATION",
  "SHARE_OTHER_CUSTODIAN",
  "SHARE_DAMAGED",
  "SHARE_REHEARSAL",
];

/** All kinds of files that travel, or that a machine keeps between two commands, of one vault. */
export async function hostileDocuments(made: MadeVault): Promise<DocumentKind[]> {
  const { file, bytes } = await sendKeyPlan(made);
  return [
    await planKind(made, bytes),
    await approvalKind(made, bytes),
    await requestKind(made),
    await proofKind(made),
    await enrolmentKind(),
    ...(await identityKinds()),
    sessionKind(made, file),
  ];
}

async function planKind(made: MadeVault, bytes: Uint8Array): Promise<DocumentKind> {
  const presented = await new Desk(made, "bob").presented();
  const { plan, manifests, handovers } = parsePlanFile(bytes);
  const { hostKey } = new Forger(made);
  return {
    name: "plan",
    bytes,
    take(given) {
      const parsed = parsePlanFile(given);
      planText(viewPlanFile(ACTIONS, parsed));
      prepareApproval(parsed, presented, {
        state: made.place.file("nowhere"),
        now: new Date(),
        words: undefined,
        recoverable: false,
      });
    },
    codes: ["PLAN_INVALID", ...OF_A_SHARE],
    signed: {
      content: { plan, manifests, handovers },
      again(content) {
        const said = content as { plan: unknown; manifests: unknown; handovers: unknown };
        const signature = signedOr(() => sign(hostKey, labelled("plan", canonicalJson(said.plan))));
        return fileOf({ ...said, hostKey: publicKeyOf(hostKey), signature });
      },
    },
  };
}

async function approvalKind(made: MadeVault, plan: Uint8Array): Promise<DocumentKind> {
  const bytes = await new Desk(made, "bob").approve(plan);
  const parsed = parsePlanFile(plan);
  const { approval, share } = parseApprovalFile(bytes, "a");
  const key = await new Forger(made).custodianKey("bob");
  const identity = plainIdentity(made, parsed);
  await using vault = await made.open();
  const quorums = await currentGenerations(vault.reader);
  const chain = await vault.verify();
  const { id, genesis } = vault.identity;
  return {
    name: "approval",
    bytes,
    async take(given) {
      using gathered = new GatheredShares(quorums, { recoverable: false, carried: [] });
      const place = { id, genesis, rehearsal: true };
      const reception = { plan: parsed.plan, vault: place, chain, now: new Date(), recoverable: false, identity };
      await receiveApprovals([{ origin: "a", bytes: given }], reception, gathered);
    },
    codes: ["APPROVAL_INVALID", "INTEGRITY"],
    signed: {
      content: { statement: approval.statement, share },
      again(content) {
        const said = (content ?? {}) as { statement: ApprovalStatement; share: unknown };
        const signed = signedOr(() => signApproval(said.statement, key).signature);
        return fileOf({ approval: { statement: said.statement, signature: signed }, share: said.share });
      },
    },
  };
}

async function requestKind(made: MadeVault): Promise<DocumentKind> {
  const presented = await new Desk(made, "carol").presented();
  const bytes = await sendRequest(made);
  const { hostKey } = await ForgedHost.of(made, new Forger(made).hostKey);
  return {
    name: "request",
    bytes,
    take(given) {
      const desk = { state: made.place.file("nowhere"), now: new Date(), words: undefined };
      prepareProof(parseProofRequest(given), presented, desk).make();
    },
    codes: ["PLAN_INVALID", ...OF_A_SHARE],
    signed: {
      content: parseProofRequest(bytes),
      again: (request) =>
        fileOf({ request, signature: signedOr(() => sign(hostKey, labelled("request", canonicalJson(request)))) }),
    },
  };
}

async function proofKind(made: MadeVault): Promise<DocumentKind> {
  const bytes = await new Desk(made, "carol").prove(await sendRequest(made));
  const forger = new Forger(made);
  const keys = [await forger.shareKey("carol"), await forger.custodianKey("carol")] as const;
  const { statement } = parseProofFile(bytes, "p");
  await using opened = await made.open();
  const { tree, size } = await opened.verify();
  return {
    name: "proof",
    bytes,
    async take(given) {
      const proof = parseProofFile(given, "p");
      await using vault = await made.open();
      const refuse = (problem: string) => new ConclaveError("APPROVAL_INVALID", problem);
      await checkProof(proof, vault.reader, { tree, size, verifySignatures: true }, refuse);
    },
    codes: ["APPROVAL_INVALID"],
    signed: {
      content: statement,
      again(content) {
        const said = content as typeof statement;
        const shareSignature = signedOr(() => signProof(said, ...keys).shareSignature);
        return fileOf({
          statement: said,
          shareSignature,
          custodianSignature: signedOr(() => signProof(said, ...keys).custodianSignature),
        });
      },
    },
  };
}

async function enrolmentKind(): Promise<DocumentKind> {
  using seed = generateSigningSeed();
  const key = signingKey(seed);
  const { recipient } = await generateIdentity("hybrid");
  const enrolment: Enrolment = {
    ...({ type: "enrolment", version: 1, name: "bob", custodianKey: publicKeyOf(key) } as const),
    ...{ recipients: [recipient], created: "2026-11-24T06:00:00.000Z", rehearsal: true },
  };
  return {
    name: "enrolment",
    bytes: canonicalFile(signEnrolment(enrolment, key)),
    take: parseEnrolmentFile,
    codes: ["INPUT_MALFORMED"],
    signed: {
      content: enrolment,
      again: (content) =>
        fileOf({
          enrolment: content,
          signature: signedOr(() => signEnrolment(content as Enrolment, key).signature),
        }),
    },
  };
}

async function identityKinds(): Promise<DocumentKind[]> {
  const { identity } = await makeIdentity({ name: "bob", age: "hybrid", rehearsal: true });
  using owned = identity;
  using text = writeIdentity(owned);
  return [
    {
      name: "identity",
      bytes: await sealIdentity(owned, "bob's own"),
      async take(given) {
        using _ = await openIdentityFile(given, "bob's own");
      },
      codes: ["IDENTITY_MALFORMED", "SHARE_PASSPHRASE"],
    },
    {
      name: "opened identity",
      bytes: text.reveal().slice(0),
      take(given) {
        using source = new Secret(given.slice(0));
        using _ = readIdentity(source);
      },
      codes: ["IDENTITY_MALFORMED"],
    },
  ];
}

function sessionKind(made: MadeVault, file: PlanFile): DocumentKind {
  const path = sessionPath(made, file);
  const bytes = Uint8Array.from(readFileSync(path));
  return {
    name: "session",
    bytes,
    async take(given) {
      writeFileSync(path, given);
      await openSession(loadSession(made.state, file.plan.vault, file.plan.id), async () => "none");
    },
    codes: ["INTEGRITY", "SHARE_PASSPHRASE", "SHARE_MALFORMED", "SHARE_DAMAGED"],
    signed: { content: JSON.parse(fromUtf8(bytes)), again: fileOf },
  };
}

/** The document in its one form; what has none as JavaScript would write it. */
function fileOf(content: unknown): Uint8Array {
  try {
    return canonicalFile(content);
  } catch {
    return utf8(`${JSON.stringify(content)}\n`);
  }
}

/** What can't be signed carries a signature of nothing. */
function signedOr(sign: () => string): string {
  try {
    return sign();
  } catch {
    return "0".repeat(128);
  }
}
