import { timestamp } from "../clock.ts";
import { areWordsOf } from "../crypto/words.ts";
import { ConclaveError } from "../errors.ts";
import { type Anchor, loadAnchor } from "../host/anchor.ts";
import type { Pin } from "../share/pin.ts";
import { AHEAD } from "./plan-file.ts";

/** What a plan or a request from a host claims, that a custodian's machine can check. */
export interface HostClaim {
  what: "plan" | "request";
  vault: string;
  epoch: string;
  genesis: string;
  hostKey: string;
  /** Hash of the manifest of the custodian's own quorum. */
  manifest: string;
  head: { size: number; root: string };
  /** When the document was made. */
  time: string;
  /** Digest of the document, of which the words are read aloud. */
  digest: string;
}

/** What the custodian's machine goes by. */
export interface Desk {
  /** Its state directory. */
  state: string;
  now: Date;
  /** From inside the share file; a machine without an anchor goes by it. */
  pin: Pin | undefined;
  /** The digest's words, as the requester read them aloud. */
  words: string | undefined;
}

/**
 * Decide whether this machine may obey a host: who could forge plans could harvest shares, since each
 * approval carries one.
 *
 * @returns the anchor to remember once the custodian has agreed
 * @throws ConclaveError PLAN_INVALID saying what is unknown or contradicts what the machine remembers
 */
export function acceptHost(claim: HostClaim, desk: Desk): Anchor {
  assertClock(claim, desk);
  const anchor = loadAnchor(desk.state, claim.vault);
  const known = anchor ?? pinned(desk.pin);
  assertGenesis(claim, known);
  if (anchor?.replaced.some(({ hostKey, epoch }) => hostKey === claim.hostKey && epoch === claim.epoch) === true) {
    throw refuse(claim, "from a host that was replaced", "Do not approve it; call the requester");
  }
  if (anchor !== undefined && anchor.epoch === claim.epoch) assertForward(claim, anchor);

  const strange = strangers(claim, known);
  if (strange.length > 0) assertWords(claim, strange, desk.words);
  return remembered(claim, anchor, known);
}

/**
 * Decide whether this machine may obey a host that is to be: the one on which a vault is restored. No machine knows it,
 * so the words are always asked for; and nothing is remembered of it before it has come to be.
 *
 * @returns what the custodian is to be warned of: the backup is older than what this machine saw
 * @throws ConclaveError PLAN_INVALID
 */
export function acceptRestore(claim: HostClaim, desk: Desk): string[] {
  assertClock(claim, desk);
  const anchor = loadAnchor(desk.state, claim.vault);
  assertGenesis(claim, anchor ?? pinned(desk.pin));
  assertWords(claim, ["host, since it is to replace the one before"], desk.words);
  if (anchor === undefined) return [];
  const { size } = claim.head;
  if (anchor.epoch !== claim.epoch) return ["the backup is of another epoch than this machine knows: of an older host"];
  if (size >= anchor.head.size) return [];
  return [
    `the backup holds ${size} entries, this machine saw ${anchor.head.size}: what was done in the last ${anchor.head.size - size} will be lost`,
  ];
}

type Known = Pick<Anchor, "genesis" | "epoch" | "hostKey" | "manifests">;

function pinned(pin: Pin | undefined): Known | undefined {
  return pin && { genesis: pin.genesis, epoch: pin.epoch, hostKey: pin.host, manifests: [pin.manifest] };
}

function assertClock(claim: HostClaim, { now }: Desk): void {
  if (Date.parse(claim.time) <= now.getTime() + AHEAD) return;
  throw refuse(
    claim,
    `made at ${claim.time}, but this machine's clock says ${timestamp(now)}`,
    "Set the clock that is wrong",
  );
}

function assertGenesis(claim: HostClaim, known: Known | undefined): void {
  if (known === undefined || known.genesis === claim.genesis) return;
  throw refuse(
    claim,
    `of another genesis (${claim.genesis.slice(0, 16)}…) than this machine knows (${known.genesis.slice(0, 16)}…)`,
    "Do not approve it; call the requester",
  );
}

/** A host that shows less than it showed before was rolled back, or shows different chains to different people. */
function assertForward(claim: HostClaim, anchor: Anchor): void {
  const { head, time } = claim;
  if (head.size === anchor.head.size && head.root !== anchor.head.root) {
    throw refuse(
      claim,
      `shows another chain of ${head.size} entries than this machine saw`,
      "Do not approve it; keep the file for the investigation",
    );
  }
  if (head.size < anchor.head.size && time > anchor.time) {
    throw refuse(
      claim,
      `shows ${head.size} entries, this machine saw ${anchor.head.size} before it was made`,
      "Do not approve it; the host was rolled back",
    );
  }
}

function strangers(claim: HostClaim, known: Known | undefined): string[] {
  return [
    ...(known?.hostKey === claim.hostKey ? [] : ["host"]),
    ...(known?.epoch === claim.epoch ? [] : ["epoch"]),
    ...(known?.manifests.includes(claim.manifest) === true ? [] : ["manifest of your quorum"]),
  ];
}

function assertWords(claim: HostClaim, strange: readonly string[], words: string | undefined): void {
  const what = `this machine does not know its ${strange.join(", ")}`;
  if (words === undefined) {
    throw refuse(
      claim,
      what,
      "Call the requester on a number that you know, have the twelve words of the digest read to you, and give them with --words",
    );
  }
  if (!areWordsOf(words, claim.digest)) {
    throw refuse(
      claim,
      `${what}, and the words are not those of its digest`,
      "Hear them again; if they differ, do not approve it",
    );
  }
}

function remembered(claim: HostClaim, anchor: Anchor | undefined, known: Known | undefined): Anchor {
  const { vault, genesis, epoch, hostKey, head, time, manifest } = claim;
  const same = known?.epoch === epoch && known.hostKey === hostKey;
  const manifests = [...new Set([...(anchor?.manifests ?? []), manifest])];
  if (anchor !== undefined && same) {
    return head.size > anchor.head.size ? { ...anchor, head, time, manifests } : { ...anchor, manifests };
  }
  const before = known === undefined || same ? [] : [{ hostKey: known.hostKey, epoch: known.epoch }];
  const replaced = [...(anchor?.replaced ?? []), ...before];
  return {
    version: 1,
    vault,
    genesis,
    epoch,
    hostKey,
    role: "desk",
    head,
    time,
    verified: null,
    manifests,
    recoveries: [],
    replaced,
  };
}

function refuse({ what }: HostClaim, problem: string, ...suggestions: string[]): ConclaveError {
  return new ConclaveError("PLAN_INVALID", `${what}: ${problem}`, { suggestions });
}
