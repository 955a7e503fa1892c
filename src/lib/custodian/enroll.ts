import { type Clock, timestamp } from "../clock.ts";
import { recipientsProblem } from "../crypto/age-recipient.ts";
import { equalBytes } from "../crypto/constant-time.ts";
import { publicKeyOf, signingKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { assertAbsent, writeFileChecked } from "../host/checked-file.ts";
import { readSmallFile, removeFileDurably } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { type Enrolment, enrolmentDigest, parseEnrolmentFile, signEnrolment, writeEnrolmentFile } from "./enrolment.ts";
import { type Identity, type IdentityRequest, makeIdentity, openIdentityFile, sealIdentity } from "./identity.ts";
import { parseWitnessFile, type Witness, witnessDigest, writeWitnessFile } from "./witness.ts";

/** Where the two files of somebody who enrols go. */
interface EnrolFiles {
  /** The identity, which the person keeps. */
  identityFile: string;
  /** The enrolment, for the ceremony. */
  enrolmentFile: string;
}

/** How a custodian wants to enrol. */
export interface EnrolRequest extends IdentityRequest, EnrolFiles {
  /** age recipients besides that of the identity's own key: hardware keys, a second identity. */
  recipients: readonly string[];
}

/** How a witness wants to enrol. */
export interface WitnessRequest extends Pick<IdentityRequest, "name" | "rehearsal">, EnrolFiles {}

/** What a custodian enrolled with. */
export interface Enrolled {
  enrolment: Enrolment;
  /** 64 lower-case hexadecimal digits. */
  digest: string;
}

/**
 * Make a custodian's identity and enrolment: two new files, the identity first, each read again before it counts.
 *
 * @param passphrase gives the one that seals the identity; called once all else is known to be right
 * @throws {ConclaveError} USAGE recipients that can't be together; EXISTS; HOST_IO; whatever `passphrase` throws. No
 *   file is left then
 */
export async function enrol(request: EnrolRequest, clock: Clock, passphrase: () => Promise<string>): Promise<Enrolled> {
  assertFilesAbsent(request);
  const wrong = request.recipients.length === 0 ? undefined : recipientsProblem(request.recipients);
  if (wrong !== undefined) throw unfit(wrong, request);
  const made = await makeIdentity(request);
  using identity = made.identity;
  const own = made.recipient === undefined ? [] : [made.recipient];
  const recipients = [...own, ...request.recipients];
  const problem = recipientsProblem(recipients);
  if (problem !== undefined) throw unfit(problem, request);
  const enrolment = enrolmentOf(identity, recipients, clock);

  const file = writeEnrolmentFile(signEnrolment(enrolment, signingKey(identity.signingSeed)));
  await writeFiles(request, identity, await passphrase(), file, (bytes) => parseEnrolmentFile(bytes).digest);
  return { enrolment, digest: enrolmentDigest(enrolment) };
}

/**
 * Make a witness's identity and enrolment, as `enrol` does a custodian's; no share is ever sealed to it.
 * @throws {ConclaveError} EXISTS; HOST_IO; whatever `passphrase` throws. No file is left then
 */
export async function enrolWitness(
  request: WitnessRequest,
  clock: Clock,
  passphrase: () => Promise<string>,
): Promise<{ witness: Witness; digest: string }> {
  assertFilesAbsent(request);
  const { name, rehearsal } = request;
  const made = await makeIdentity({ name, rehearsal, age: "none", role: "witness" });
  using identity = made.identity;
  const key = signingKey(identity.signingSeed);
  const created = timestamp(clock());
  const witness: Witness = { type: "witness", version: 1, name, witnessKey: publicKeyOf(key), created, rehearsal };
  const file = writeWitnessFile(witness, key);
  await writeFiles(request, identity, await passphrase(), file, (bytes) => parseWitnessFile(bytes).digest);
  return { witness, digest: witnessDigest(witness) };
}

function assertFilesAbsent({ identityFile, enrolmentFile }: EnrolFiles): void {
  for (const path of [identityFile, enrolmentFile]) assertAbsent(path);
}

/** @param digestOf reads the enrolment, and gives its digest */
async function writeFiles(
  { identityFile, enrolmentFile }: EnrolFiles,
  identity: Identity,
  passphrase: string,
  enrolment: Uint8Array,
  digestOf: (bytes: Uint8Array) => string,
): Promise<void> {
  await writeFileChecked(identityFile, await sealIdentity(identity, passphrase), "refuse", (written) =>
    assertReopens(written, passphrase, identity),
  );
  try {
    await writeFileChecked(enrolmentFile, enrolment, "refuse", async (written) => {
      if (digestOf(readSmallFile(written, LIMITS.documentBytes)) !== digestOf(enrolment)) throw writtenBadly(written);
    });
  } catch (error) {
    removeFileDurably(identityFile); // nothing rests on it yet
    throw error;
  }
}

function enrolmentOf(identity: Identity, recipients: readonly string[], clock: Clock): Enrolment {
  return {
    type: "enrolment",
    version: 1,
    name: identity.name,
    custodianKey: publicKeyOf(signingKey(identity.signingSeed)),
    recipients: [...recipients],
    created: timestamp(clock()),
    rehearsal: identity.rehearsal,
  };
}

async function assertReopens(path: string, passphrase: string, wanted: Identity): Promise<void> {
  using found = await openIdentityFile(readSmallFile(path, LIMITS.shareFileBytes), passphrase);
  const same = equalBytes(found.signingSeed.reveal(), wanted.signingSeed.reveal());
  if (!same || found.ageIdentity !== wanted.ageIdentity) throw writtenBadly(path);
}

function unfit(problem: string, { recipients, age }: EnrolRequest): ConclaveError {
  const beside = age !== "none" && recipientsProblem(recipients) === undefined; // it is the identity's own that is too much
  const suggestions = beside
    ? ["With recipients that aren't post-quantum, give --x25519", "Give --recipients-only to seal to these alone"]
    : ["Give --recipient once for each key to seal the share to"];
  return new ConclaveError("USAGE", problem, { suggestions });
}

function writtenBadly(path: string): ConclaveError {
  return new ConclaveError("HOST_IO", `${path}: reads otherwise than it was written`, {
    suggestions: ["Use another medium"],
  });
}
