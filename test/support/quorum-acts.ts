import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { generateIdentity } from "../../src/lib/crypto/age-recipient.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import { type EnrolmentFile, signEnrolment, writeEnrolmentFile } from "../../src/lib/custodian/enrolment.ts";
import type { Proof } from "../../src/lib/custodian/proof.ts";
import { ConclaveError, isConclaveError } from "../../src/lib/errors.ts";
import { keyringCreate } from "../../src/lib/key/keyring-create.ts";
import { type CancelledGeneration, cancelGeneration } from "../../src/lib/quorum/cancel-generation.ts";
import { type Confirmed, confirmProof } from "../../src/lib/quorum/confirm.ts";
import { custodianHandover } from "../../src/lib/quorum/custodian-handover.ts";
import type { GenesisInteraction, PresentedShare } from "../../src/lib/quorum/interaction.ts";
import { proveOnHost, proveShares } from "../../src/lib/quorum/prove.ts";
import { quorumCreate } from "../../src/lib/quorum/quorum-create.ts";
import { nextGeneration, quorumRekey, type RekeyParameters } from "../../src/lib/quorum/rekey.ts";
import {
  currentGenerations,
  type KnownGeneration,
  quorumInForce,
  ROOT_QUORUM,
  requireQuorum,
} from "../../src/lib/quorum/state.ts";
import { readDocument, ShareDocument } from "../../src/lib/share/document.ts";
import { openWithIdentities } from "../../src/lib/share/recipients.ts";
import { openWithPassphrase } from "../../src/lib/share/sealed-file.ts";
import { atResolvedPlaces, rekeyRequests } from "../../src/lib/terminal/rekey-flags.ts";
import { seatRequests } from "../../src/lib/terminal/seat-flags.ts";
import { ScriptedPeople } from "./people.ts";
import type { MadeVault, Planner } from "./vault.ts";

/** Who holds which share. */
export interface Holder {
  custodian: string;
  /** 1, if not given. */
  generation?: number;
  /** The root quorum, if not given. */
  quorum?: string;
  /** Who has an own key, with which the share opens; else it opens with the passphrase of that name. */
  own?: OwnKey;
}

/** The shares of these custodians, of one generation of a quorum. */
export function holders(custodians: readonly string[], generation = 1, quorum = ROOT_QUORUM): Holder[] {
  return custodians.map((custodian) => ({ custodian, generation, quorum }));
}

/** Folder of the shares of a generation: `shares` for genesis, then `payments-1`, `root-2` and so on. */
export function sharesFolder(made: MadeVault, generation: number, quorum = ROOT_QUORUM): string {
  return made.place.file(quorum === ROOT_QUORUM && generation === 1 ? "shares" : `${quorum}-${generation}`);
}

export function shareFileOf(made: MadeVault, { custodian, generation = 1, quorum }: Holder): string {
  return join(sharesFolder(made, generation, quorum), `${custodian}.share`);
}

/** The opened share; the caller's to dispose of. */
export async function documentOf(made: MadeVault, holder: Holder): Promise<ShareDocument> {
  const sealed = await readFile(shareFileOf(made, holder));
  const { own, custodian } = holder;
  if (own === undefined) {
    using text = await openWithPassphrase(sealed, made.passphrase(custodian));
    return readDocument(text);
  }
  using text = await openWithIdentities(sealed, [own.identity]);
  const { record, pin } = readDocument(text);
  return new ShareDocument(record, pin, own.seed.slice(0));
}

/** A share as its custodian presents it; the document is the caller's to dispose of. */
export async function presented(made: MadeVault, holder: Holder): Promise<PresentedShare> {
  return {
    document: await documentOf(made, holder),
    origin: shareFileOf(made, holder),
    claimed: holder.custodian,
  };
}

/** A share as it stands on paper: no pin, no custodian key. */
export async function bareRecord(made: MadeVault, holder: Holder): Promise<PresentedShare> {
  const { document, origin } = await presented(made, holder);
  document.custodianSeed?.[Symbol.dispose]();
  return { document: new ShareDocument(document.record, undefined, undefined), origin, claimed: undefined };
}

/** These come into the room, one after the other, and agree; new shares are sealed to what `made.passphrase` says. */
export function peopleOf(made: MadeVault, coming: readonly Holder[], present = presented): ScriptedPeople {
  const people = new ScriptedPeople(coming.map((holder) => () => present(made, holder)));
  people.newPassphrases = (name) => made.passphrase(name);
  return people;
}

/** A share set that is asked for; what isn't given stays as it is. */
export interface ShareSet {
  threshold?: number;
  /** `NAME`, or `NAME=PATH` of an enrolment. */
  custodians?: readonly string[];
}

/** What `quorum rekey QUORUM` plans. */
export function rekey(made: MadeVault, set: ShareSet = {}, quorum = ROOT_QUORUM): Planner {
  return async ({ reader }) => {
    const { id, name } = await requireQuorum(reader, quorum);
    const inForce = await quorumInForce(reader, id);
    const generation = await nextGeneration(reader, id);
    const flags = seatFlags(made, generation, quorum, set);
    const { threshold, custodians } = await rekeyRequests(flags, true, inForce);
    const before = {
      generation: inForce.generation,
      threshold: inForce.manifest.threshold,
      custodians: inForce.seats.map((seat) => seat.name),
    };
    const request: RekeyParameters = {
      quorum: { id, name },
      before,
      generation,
      threshold,
      custodians: atResolvedPlaces(custodians),
    };
    return [{ action: quorumRekey.name, parameters: request }];
  };
}

/** What `quorum create QUORUM` plans. */
export function createQuorum(made: MadeVault, name: string, set: Required<ShareSet>): Planner {
  return async () => {
    const { threshold, custodians } = await seatRequests(seatFlags(made, 1, name, set), true);
    return [{ action: quorumCreate.name, parameters: { name, threshold, custodians: atResolvedPlaces(custodians) } }];
  };
}

/** What `keyring create NAME --quorum QUORUM` plans. */
export function createKeyringOf(name: string, quorum: string): Planner {
  return async ({ reader }) => {
    const { id } = await requireQuorum(reader, quorum);
    return [{ action: keyringCreate.name, parameters: { name, quorum: { id, name: quorum } } }];
  };
}

/** What `custodian handover` plans. */
export function handOver(handover: Record<string, unknown>, quorum = ROOT_QUORUM): Planner {
  return async ({ reader }) => {
    const { id, name } = await requireQuorum(reader, quorum);
    return [{ action: custodianHandover.name, parameters: { quorum: { id, name }, handover } }];
  };
}

/**
 * Let custodians at the host prove their shares of the pending generation, in the order of its seats, until one of them
 * walks out.
 * @param provers who stay; all, if not given
 */
export async function prove(made: MadeVault, quorum = ROOT_QUORUM, provers?: readonly string[]): Promise<void> {
  await using vault = await made.open();
  const people: GenesisInteraction = {
    newPassphrase: async (name) => made.passphrase(name),
    provePassphrase: async (name) => {
      if (provers !== undefined && !provers.includes(name)) throw new ConclaveError("ABORTED", "aborted");
      return made.passphrase(name);
    },
    proofRefused: async () => false,
    proved: async () => {},
  };
  try {
    await proveShares(vault, (await requireQuorum(vault.reader, quorum)).id, people);
  } catch (error) {
    if (provers === undefined || !isConclaveError(error, "ABORTED")) throw error;
  }
}

/** A proof of a share of any generation that is in force or pending, made on the host; not confirmed yet. */
export async function proofOf(made: MadeVault, holder: Holder): Promise<Proof> {
  await using vault = await made.open();
  const share = await presented(made, holder);
  using _ = share.document;
  return await proveOnHost(vault, await currentGenerations(vault.reader), share);
}

export async function confirm(made: MadeVault, proof: Proof): Promise<Confirmed> {
  await using vault = await made.open();
  return await confirmProof(vault, proof, "a.proof");
}

export async function cancel(made: MadeVault, quorum = ROOT_QUORUM): Promise<CancelledGeneration> {
  await using vault = await made.open();
  return await cancelGeneration(vault, quorum, "a test");
}

/** All generations of the vault that are in force or pending, by `QUORUM-GENERATION STATE`. */
export async function generationsOf(made: MadeVault): Promise<string[]> {
  await using vault = await made.open();
  const all = await currentGenerations(vault.reader);
  return all.map(({ name, generation, state }) => `${name}-${generation} ${state}`).sort();
}

/** The generation of a quorum that is in force. */
export async function inForceOf(made: MadeVault, quorum = ROOT_QUORUM): Promise<KnownGeneration> {
  await using vault = await made.open();
  return await quorumInForce(vault.reader, (await requireQuorum(vault.reader, quorum)).id);
}

/** A custodian's own key, and what opens the shares that are sealed to its enrolment. */
export interface OwnKey {
  seed: ReturnType<typeof generateSigningSeed>;
  identity: string;
  file: EnrolmentFile;
}

/** Enrol somebody, who has an own desk; `NAME.enrolment`, or another file, is in the place of the vault. */
export async function enrolled(made: MadeVault, name: string, file = `${name}.enrolment`): Promise<OwnKey> {
  const seed = generateSigningSeed();
  const { identity, recipient } = await generateIdentity("x25519");
  const key = signingKey(seed);
  const enrolment = {
    type: "enrolment" as const,
    version: 1 as const,
    name,
    custodianKey: publicKeyOf(key),
    recipients: [recipient],
    created: "2026-11-24T08:00:00.000Z",
    rehearsal: true,
  };
  const signed = signEnrolment(enrolment, key);
  await made.place.write(file, writeEnrolmentFile(signed));
  return { seed, identity, file: signed };
}

function seatFlags(made: MadeVault, generation: number, quorum: string, { threshold, custodians = [] }: ShareSet) {
  return {
    threshold,
    custodian: custodians.map((given) => given.replace("=", `=${made.place.path}/`)),
    fingerprint: [],
    "shares-dir": sharesFolder(made, generation, quorum),
    "share-out": [],
  };
}
