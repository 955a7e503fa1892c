import { join } from "node:path";
import { readNote } from "../audit/signed-note.ts";
import { fromUtf8, utf8 } from "../bytes.ts";
import { timestamp } from "../clock.ts";
import { publicKeyOf, signingKey } from "../crypto/signature.ts";
import { ConclaveError, IntegrityError, isConclaveError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { createFileDurably, readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import type { Line } from "../quorum/action.ts";
import { actor } from "../quorum/actor.ts";
import { hasVault } from "../vault/read-only.ts";
import type { Vault } from "../vault/vault.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { ceremonyEnd } from "./end-entry.ts";
import { type Outcome, outcomeOf, whatChanged } from "./outcome.ts";
import { parseTranscript } from "./parse-transcript.ts";
import { executedPlans, peopleOf } from "./progress.ts";
import { settleAborted } from "./settle.ts";
import { addSignature, signTranscript, transcriptDigest } from "./sign-transcript.ts";
import type { Person } from "./stage.ts";
import type { TranscriptContent } from "./transcript.ts";
import { transcriptContent } from "./transcript-content.ts";

/** What a ceremony came to. */
export interface CeremonyEnd {
  outcome: Outcome;
  /** Where the transcript lies; null: there is no vault whose host could sign it. */
  transcript: string | null;
  /** SHA-256 of its text. */
  sha256: string | null;
  /** Sequence of the entry that tells of it. */
  entry: number | null;
  /** Who is still to sign. */
  unsigned: string[];
  /** Of an aborted one: what it did, and did not. */
  changed: Line[];
}

/**
 * Bring a run to its end, when all steps are ticked or somebody stopped it: the transcript is written and signed, told
 * of in the chain by its digest, and the run log closed.
 */
export async function endCeremony(ceremony: Ceremony): Promise<CeremonyEnd> {
  const { log, stage } = ceremony;
  if (log.all("abort").length > 0) await settleAborted(ceremony);
  const outcome = outcomeOf(ceremony);
  const told = (await hasVaultInForce(ceremony)) ? await tellVault(ceremony, outcome) : NOWHERE;
  const { transcript, sha256, entry } = told;
  log.append({ event: "end", outcome, transcript: sha256, file: transcript, entry });
  await stage.close(outcome);
  return { outcome, ...told, changed: outcome === "aborted" ? whatChanged(ceremony) : [] };
}

const NOWHERE = { transcript: null, sha256: null, entry: null, unsigned: [] };

async function tellVault(ceremony: Ceremony, outcome: Outcome): Promise<Omit<CeremonyEnd, "outcome" | "changed">> {
  const { log, stage } = ceremony;
  await using vault = await vaultOf(ceremony);
  const directory = await stage.transcriptDirectory();
  createPrivateDirectory(directory);
  const { ceremony: name, run, script } = log.start;
  const file = join(directory, `${name}-${run}.transcript`);
  const written = writtenBefore(file, run);
  const content = written?.content ?? (await transcriptContent(ceremony, vault, outcome));
  const signed = written === undefined ? await sign(ceremony, vault, content) : { note: written.note, unsigned: [] };
  if (written === undefined) createFileDurably(file, utf8(signed.note));
  const text = readNote(signed.note)?.text;
  if (text === undefined) throw new IntegrityError(file, "not a signed note");
  const sha256 = transcriptDigest(text);
  const plans = executedPlans(log);
  const data = { ceremony: name, outcome: content.outcome, plans, run, script, transcript: sha256 };
  const entry = await recordEnd(vault, data);
  return { transcript: file, sha256, entry, unsigned: signed.unsigned };
}

/** Told of once, whatever crashed. */
async function recordEnd(vault: Vault, data: { run: string } & Record<string, unknown>): Promise<number> {
  const before = await vault.reader.find("ceremonies", { run: data.run });
  if (before !== undefined) return before.sequence;
  const { id, epoch } = vault.identity;
  return vault.actLocked(({ writer, chain }) =>
    chain.append(writer, { vault: id, epoch }, timestamp(vault.clock()), actor(), { type: ceremonyEnd.type, data }),
  );
}

/** The transcript of this run that was written before a crash. @throws ConclaveError EXISTS: a file of something else */
function writtenBefore(file: string, run: string): { note: string; content: TranscriptContent } | undefined {
  try {
    const note = fromUtf8(readSmallFile(file, LIMITS.documentBytes));
    const text = readNote(note)?.text;
    const content = text === undefined ? undefined : parseTranscript(text);
    if (content?.run === run) return { note, content };
    throw new ConclaveError("EXISTS", `${file} exists already`);
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

/** How a script calls those who sign. */
const SIGNED = { custodian: "custodians", witness: "witnesses" } as const;

/** The host signs, then those whom the script asks to, if they are in the room. */
async function sign(
  { script, stage, log }: Ceremony,
  vault: Vault,
  content: TranscriptContent,
): Promise<{ note: string; unsigned: string[] }> {
  let note = signTranscript(content, vault.hostKey());
  const unsigned: string[] = [];
  const wanted = script.after.flatMap((after) => after.sign);
  for (const { role, name, key } of content.participants) {
    if (role === "administrator" || key === null || !wanted.includes(SIGNED[role])) continue;
    const witness = peopleOf(log).find((person) => person.role === role && person.name === name);
    try {
      const signer =
        witness === undefined ? await custodianKey(stage, name, key) : await witnessKey(stage, witness, key);
      if (signer === undefined) unsigned.push(name);
      else note = addSignature(note, role, name, signer);
    } catch (error) {
      if (!isConclaveError(error)) throw error;
      unsigned.push(name); // the transcript is signed later, by transcript sign
    }
  }
  return { note, unsigned };
}

async function custodianKey(stage: Ceremony["stage"], name: string, key: string) {
  for (;;) {
    try {
      const presented = await stage.presentShare(name, "to sign the transcript");
      if (presented === undefined) return undefined;
      using document = presented.document;
      const { custodianSeed } = document;
      const signer = custodianSeed && signingKey(custodianSeed);
      if (signer !== undefined && publicKeyOf(signer) === key) return signer;
      const held = signer === undefined ? "holds no custodian key" : `holds another custodian key than ${name}'s`;
      throw new ConclaveError("SHARE_WITHOUT_IDENTITY", `${presented.origin}: ${held}`, {
        suggestions: [
          `Give ${name}'s own share`,
          "Who has an own desk signs there: conclave transcript sign --identity",
        ],
      });
    } catch (error) {
      if (!isConclaveError(error) || error.code === "ABORTED" || !(await stage.shareRefused(error))) throw error;
    }
  }
}

async function witnessKey(stage: Ceremony["stage"], witness: Person, key: string) {
  for (;;) {
    try {
      const signer = await stage.witnessKey(witness);
      if (signer === undefined || publicKeyOf(signer) === key) return signer;
      throw new ConclaveError("SHARE_IDENTITY", `the identity is not that of ${witness.name}'s enrolment`, {
        suggestions: [`Give the identity that ${witness.name} enrolled with`],
      });
    } catch (error) {
      if (!isConclaveError(error) || error.code === "ABORTED" || !(await stage.shareRefused(error))) throw error;
    }
  }
}

async function hasVaultInForce(ceremony: Ceremony): Promise<boolean> {
  if (!hasVault(ceremony.host)) return false;
  try {
    await using vault = await vaultOf(ceremony);
    return (await vault.reader.find("generations", { state: "active" })) !== undefined;
  } catch (error) {
    if (isConclaveError(error) && ceremony.log.all("abort").length > 0) return false;
    throw error;
  }
}
