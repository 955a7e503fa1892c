import type { TranscriptVerification } from "../ceremony/verify-transcript.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** What a verification of a transcript says, for a person: the result first. */
export function transcriptVerificationText(verified: TranscriptVerification): string {
  const { result, reasons, ceremony, title, run, rehearsal, outcome, ended, vault, genesis, digest, words } = verified;
  const { signatures, unsigned, onPaper, chain } = verified;
  return [
    ...(result === "VERIFIED" ? ["VERIFIED"] : reasons.map((reason) => `${result}, ${show(reason, 400)}`)),
    ...(rehearsal ? ["REHEARSAL: nothing in it is real"] : []),
    fields([
      ["Ceremony", `${ceremony}: ${show(title)}`],
      ["Outcome", outcome === "unproven" || outcome === "aborted" ? outcome.toUpperCase() : outcome],
      ["Run", `${run}, ended ${ended}`],
      ["Vault", vault ?? "none yet"],
      ...(genesis === null ? [] : [["Genesis", genesis] as const]),
      ["SHA-256", `${digest}, of the text without signatures`],
      ["In words", words],
      ...signatures.map(({ role, name, key, enrolment }): [string, string] => [
        "Signed by",
        `${role} ${show(name)}, ${key}${role === "witness" ? witnessText(enrolment) : ""}`,
      ]),
      ...unsigned.map(({ role, name }): [string, string] => ["Not signed by", `${role} ${show(name)}`]),
      ...onPaper.map((name): [string, string] => ["On paper only", `witness ${show(name)}, who has no key`]),
      [
        "Chain",
        chain === null
          ? "none"
          : `${chain.result}, ${chain.entries} entries${chain.end === null ? "" : `; entry ${chain.end} holds this SHA-256`}`,
      ],
    ]),
  ].join("\n");
}

function witnessText(enrolment: string | null): string {
  return enrolment === null
    ? "; whose key it is, only --witness ENROLMENT tells"
    : `; compare the words of the enrolment: ${enrolment}`;
}
