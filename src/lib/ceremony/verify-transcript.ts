import { digestWords } from "../crypto/words.ts";
import type { Witness } from "../custodian/witness.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import type { Verification } from "../quorum/verify-vault.ts";
import { checkSignatures, type GoodSignature, type ReadTranscript } from "./read-transcript.ts";
import type { TranscriptContent } from "./transcript.ts";

/** A witness's enrolment that somebody gave, and its digest. */
export interface GivenWitness {
  witness: Witness;
  digest: string;
}

/** What a chain says of a transcript. */
export interface ChainFinding {
  verification: Pick<Verification, "result" | "anchored" | "entries">;
  /** The entry that holds the hash of the transcript's text, if there is one. */
  end: number | undefined;
}

/** What a verification of a transcript says. */
export interface TranscriptVerification
  extends Pick<TranscriptContent, "ceremony" | "title" | "run" | "rehearsal" | "outcome" | "ended"> {
  /**
   * VERIFIED: it is the record of this ceremony, of a vault that was VERIFIED itself, and all signed it whose keys it
   * names. INCOMPLETE: all of that, but for somebody's signature.
   */
  result: "VERIFIED" | "INCOMPLETE" | "CONSISTENT";
  /** Why it is not VERIFIED. */
  reasons: string[];
  vault: string | null;
  genesis: string | null;
  /** SHA-256 of its text. */
  digest: string;
  words: string;
  /** Good signatures; `enrolment` has the words of the witness's enrolment that was given. */
  signatures: (GoodSignature & { enrolment: string | null })[];
  /** Whose keys the transcript names, and who did not sign. */
  unsigned: { role: GoodSignature["role"]; name: string }[];
  /** Witnesses who have no key, and can sign on paper only. */
  onPaper: string[];
  /** What it was held against; null for nothing. */
  chain: { result: Verification["result"]; entries: number; end: number | null } | null;
}

/**
 * Put together what is known of a transcript: its signatures, what a chain said, which witnesses' enrolments were given.
 *
 * @param genesis hash from paper, if somebody gave one
 * @param excused names of custodians and witnesses who need not have signed
 * @param finding undefined without a chain
 * @throws ConclaveError INTEGRITY a bad signature, another genesis, another key of a witness; USAGE a witness, or somebody
 *   excused, who isn't in it
 */
export function verifyTranscript(
  transcript: ReadTranscript,
  genesis: string | undefined,
  { witnesses, excused }: { witnesses: readonly GivenWitness[]; excused: readonly string[] },
  finding: ChainFinding | undefined,
): TranscriptVerification {
  const { content, digest } = transcript;
  const { vault } = content;
  if (genesis !== undefined && genesis !== vault?.genesis)
    throw new IntegrityError("transcript", `its genesis is ${vault?.genesis ?? "none"}, wanted ${genesis}`, {
      suggestions: ["Compare the hash with the paper once more", "If they differ, it is a transcript of another vault"],
    });
  const good = checkSignatures(transcript);
  for (const { witness } of witnesses) assertWitness(content, witness);
  for (const name of excused) assertSigner(content, name);
  const unsigned = unsignedOf(content, good);
  const reasons = [
    ...chainReasons(finding),
    ...unsigned.filter(({ role }) => role === "host").map(() => "the host did not sign it"),
  ];
  const missing = unsigned
    .filter(({ role, name }) => role !== "host" && !excused.includes(name))
    .map(({ role, name }) => `${role} ${name}`);
  const { ceremony, title, run, rehearsal, outcome, ended } = content;
  return {
    result: reasons.length > 0 ? "CONSISTENT" : missing.length > 0 ? "INCOMPLETE" : "VERIFIED",
    reasons: [...reasons, ...(missing.length === 0 ? [] : [`not signed by ${missing.join(", ")}`])],
    ceremony,
    title,
    run,
    rehearsal,
    outcome,
    ended,
    vault: vault?.id ?? null,
    genesis: vault?.genesis ?? null,
    digest,
    words: digestWords(digest),
    signatures: good.map((signature) => {
      const given = witnesses.find(
        ({ witness }) => signature.role === "witness" && witness.witnessKey === signature.key,
      );
      return { ...signature, enrolment: given === undefined ? null : digestWords(given.digest) };
    }),
    unsigned,
    onPaper: content.participants.flatMap(({ role, name, key }) => (role === "witness" && key === null ? [name] : [])),
    chain:
      finding === undefined
        ? null
        : {
            result: finding.verification.result,
            entries: finding.verification.entries,
            end: finding.end ?? null,
          },
  };
}

function chainReasons(finding: ChainFinding | undefined): string[] {
  if (finding === undefined)
    return [
      "nothing anchors the keys, which are those that it names itself: give the chain, --in CHAIN or --vault DIR",
    ];
  const { verification, end } = finding;
  return [
    ...(verification.anchored ? [] : ["the chain's genesis is not anchored: give --genesis HASH from the paper"]),
    ...(verification.anchored && verification.result === "CONSISTENT"
      ? ["the chain has recoveries that were not accepted: conclave audit verify names them"]
      : []),
    ...(end === undefined ? ["the chain has no entry that holds its hash"] : []),
  ];
}

function assertWitness({ participants, rehearsal }: TranscriptContent, witness: Witness): void {
  const own = participants.filter(({ role, name }) => role === "witness" && name === witness.name);
  if (own.length === 0)
    throw new ConclaveError("USAGE", `${witness.name} is no witness of this ceremony`, {
      suggestions: ["See who was there: conclave transcript show FILE"],
    });
  if (witness.rehearsal !== rehearsal)
    throw new ConclaveError("INPUT_MALFORMED", `${witness.name}'s enrolment: rehearsal and production are mixed`);
  if (!own.some(({ key }) => key === witness.witnessKey))
    throw new IntegrityError("transcript", `the key that it names for witness ${witness.name} is not the enrolment's`, {
      suggestions: [`Compare the words of the enrolment with ${witness.name}`],
    });
}

function assertSigner({ participants }: TranscriptContent, name: string): void {
  if (participants.some((one) => one.name === name && one.role !== "administrator" && one.key !== null)) return;
  throw new ConclaveError("USAGE", `${name} is nobody whose signature the transcript waits for`, {
    suggestions: ["See who was there: conclave transcript show FILE"],
  });
}

function unsignedOf(content: TranscriptContent, good: readonly GoodSignature[]): TranscriptVerification["unsigned"] {
  const { vault, host, participants } = content;
  const named = [
    ...(vault === null ? [] : [{ role: "host" as const, name: host, key: vault.hostKey }]),
    ...participants.flatMap(({ role, name, key }) =>
      role === "administrator" || key === null ? [] : [{ role, name, key }],
    ),
  ];
  return named
    .filter(({ role, key }) => !good.some((signature) => signature.role === role && signature.key === key))
    .map(({ role, name }) => ({ role, name }));
}
