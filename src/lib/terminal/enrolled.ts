import { recipientKind } from "../crypto/age-recipient.ts";
import { show } from "./escape.ts";
import { fields } from "./fields.ts";

/** What `custodian enroll` tells. */
export interface EnrolledCustodian {
  custodian: string;
  identityFile: string;
  enrolmentFile: string;
  custodianKey: string;
  recipients: string[];
  created: string;
  rehearsal: boolean;
  /** Of the enrolment. */
  digest: string;
  /** Of the digest, to be read aloud. */
  words: string;
}

/** What `custodian enroll --witness` tells. */
export interface EnrolledWitness extends Omit<EnrolledCustodian, "custodian" | "custodianKey" | "recipients"> {
  witness: string;
  witnessKey: string;
}

/** What each kind of recipient is, for a person. */
const KIND_TEXT = {
  hybrid: "post-quantum",
  x25519: "X25519",
  tag: "hardware key",
  "tag-hybrid": "post-quantum hardware key",
} as const;

/**
 * The page that a custodian ends with: the words, and what to do with the two files.
 * @param opens whether the identity opens the share, or hardware keys alone do
 */
export function enrolledText(enrolled: EnrolledCustodian, opens: boolean): string {
  const { custodian, identityFile, enrolmentFile, custodianKey, recipients, rehearsal, words } = enrolled;
  const kinds = recipients.map((recipient) => {
    const kind = recipientKind(recipient);
    return `${recipient.slice(0, 28)}… (${kind === undefined ? "unknown" : KIND_TEXT[kind]})`;
  });
  const head = fields([
    ["Custodian", `${custodian}${rehearsal ? ", REHEARSAL" : ""}`],
    ["Identity", identityFile],
    ["Enrolment", enrolmentFile],
    ["Custodian key", custodianKey],
    ...kinds.map((kind, i) => [i === 0 ? "Shares sealed to" : "and to", kind] as const),
    ["Words", words],
  ]);
  return [
    head,
    [
      `${show(identityFile, 300)} is secret, and yours alone: it signs your approvals${opens ? " and opens your share" : ""}.`,
      "Keep it, and a copy elsewhere, on media of your own. It never goes to the host of the vault.",
    ].join("\n"),
    [
      `${show(enrolmentFile, 300)} is public: send it to whoever runs the ceremony.`,
      "Read the words to them by another way than the file takes, by telephone or face to face. There they are given as",
      `    --custodian ${custodian}=FILE --fingerprint '${custodian}=${words}'`,
    ].join("\n"),
  ].join("\n\n");
}

/** The page that a witness ends with. */
export function enrolledWitnessText(enrolled: EnrolledWitness): string {
  const { witness, identityFile, enrolmentFile, witnessKey, rehearsal, words } = enrolled;
  const head = fields([
    ["Witness", `${witness}${rehearsal ? ", REHEARSAL" : ""}`],
    ["Identity", identityFile],
    ["Enrolment", enrolmentFile],
    ["Witness key", witnessKey],
    ["Words", words],
  ]);
  return [
    head,
    [
      `${show(identityFile, 300)} is secret, and yours alone: it signs the transcripts of ceremonies that you witnessed.`,
      "Sign at a machine of your own: conclave transcript sign TRANSCRIPT --identity FILE --out SIGNED",
    ].join("\n"),
    [
      `${show(enrolmentFile, 300)} is public: bring it to the ceremony, and give it to whoever will verify transcripts.`,
      "Write the words down on a paper of your own: at the ceremony, and wherever a transcript is verified, compare them.",
    ].join("\n"),
  ].join("\n\n");
}
