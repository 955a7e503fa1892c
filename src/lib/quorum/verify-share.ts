import type { KeyObject } from "node:crypto";
import { publicKeyOf, signingKey } from "../crypto/signature.ts";
import { ConclaveError, type ErrorCode } from "../errors.ts";
import { quorumTag, vaultPrefix } from "../share/record.ts";
import type { Share } from "../share/share.ts";
import { shareKey } from "../share/share-key.ts";
import type { PresentedShare } from "./interaction.ts";
import type { Seat } from "./manifest.ts";
import type { QuorumGeneration } from "./state.ts";

/** The vault that shares are presented to. */
export interface VaultPlace {
  id: string;
  genesis: string;
  rehearsal: boolean;
}

/** A share that is its custodian's, and the key with which the custodian says so. */
export interface VerifiedShare {
  seat: Seat;
  share: Share;
  /** Proves the share. */
  shareKey: KeyObject;
  /** Says who; undefined for a bare record, which proves no person. */
  custodianKey: KeyObject | undefined;
}

/**
 * Verify one presented share by itself, before anything is combined: of this vault, this quorum,
 * this generation, of the custodian whose it is said to be, intact, and not there already.
 *
 * @param quorums generations that it may be of, one for each quorum or several
 * @param present verified before
 * @returns the share and its keys; the share stays owned by the presented document
 * @throws ConclaveError SHARE_* saying which of all that it isn't
 */
export function verifyShare(
  presented: PresentedShare,
  vault: VaultPlace,
  quorums: readonly QuorumGeneration[],
  present: readonly VerifiedShare[],
): { quorum: QuorumGeneration; verified: VerifiedShare } {
  const { document, origin, claimed } = presented;
  const { record, pin } = document;
  const refuse = (code: ErrorCode, problem: string, ...suggestions: string[]) =>
    new ConclaveError(code, `${origin}: ${problem}`, { suggestions });

  if (record.rehearsal !== vault.rehearsal) {
    throw refuse(
      "SHARE_REHEARSAL",
      record.rehearsal ? "a rehearsal share; this vault is none" : "a production share; this vault is a rehearsal",
    );
  }
  if (record.vaultPrefix !== vaultPrefix(vault.id) || (pin !== undefined && pin.vault !== vault.id)) {
    throw refuse(
      "SHARE_OTHER_VAULT",
      `a share of another vault (${pin?.vault ?? record.vaultPrefix}); this one is ${vault.id}`,
    );
  }
  if (pin !== undefined && pin.genesis !== vault.genesis) {
    throw refuse(
      "SHARE_OTHER_VAULT",
      "a share of another genesis: this vault was made by somebody else under the same id",
    );
  }
  const own = quorums.filter(({ id }) => record.quorumTag === quorumTag(id));
  const quorum =
    own.find(({ manifestHash }) => pin?.manifest === manifestHash) ??
    own.find(({ generation }) => record.generation === generation) ??
    own[0];
  if (quorum === undefined) {
    throw refuse(
      "SHARE_OTHER_QUORUM",
      `a share of another quorum; wanted: ${quorums.map(({ name }) => name).join(", ")}`,
    );
  }
  const { generation, manifest } = quorum;
  if (record.generation !== generation) {
    throw refuse(
      "SHARE_OTHER_GENERATION",
      `share set generation ${record.generation}, quorum ${quorum.name} needs generation ${generation}`,
    );
  }
  if (pin !== undefined && pin.manifest !== quorum.manifestHash) {
    throw refuse(
      "SHARE_OTHER_GENERATION",
      `share set of another manifest, quorum ${quorum.name} needs ${quorum.manifestHash.slice(0, 16)}…`,
    );
  }
  if (record.threshold !== manifest.threshold || record.total !== manifest.custodians.length) {
    throw refuse(
      "SHARE_DAMAGED",
      `says ${record.threshold} of ${record.total}, the manifest ${manifest.threshold} of ${manifest.custodians.length}: it was altered`,
    );
  }
  const seat = quorum.seats.find(({ x }) => x === record.share.x);
  if (seat === undefined)
    throw refuse("SHARE_DAMAGED", `no custodian of quorum ${quorum.name} has a share at x = ${record.share.x}`);
  if (claimed !== undefined && claimed !== seat.name) {
    throw refuse(
      "SHARE_OTHER_CUSTODIAN",
      `holds ${seat.name}'s share, not ${claimed}'s`,
      `Present it as ${seat.name}'s; by flag: --share ${seat.name}=FILE`,
    );
  }
  if (present.some((other) => other.seat.shareKey === seat.shareKey)) {
    throw refuse(
      "SHARE_DOUBLED",
      `${seat.name}'s share was presented already`,
      "Present the share of another custodian",
    );
  }
  const key = shareKey(record.share, { vault: vault.id, quorum: quorum.id, generation, custodian: seat.name });
  if (publicKeyOf(key) !== seat.shareKey)
    throw refuse("SHARE_DAMAGED", `is not the share that ${seat.name} was given: damaged or forged`);

  const custodianKey = document.custodianSeed && signingKey(document.custodianSeed);
  if (custodianKey !== undefined && publicKeyOf(custodianKey) !== seat.custodianKey) {
    throw refuse("SHARE_DAMAGED", `the custodian key in it is not ${seat.name}'s`);
  }
  return { quorum, verified: { seat, share: record.share, shareKey: key, custodianKey } };
}
