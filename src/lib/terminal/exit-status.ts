import type { ErrorCode } from "../errors.ts";

/** Exit status of each error; stable, scripts rely on it. */
export const EXIT_STATUS = {
  USAGE: 2,
  INPUT_MALFORMED: 2,
  NOT_FOUND: 3,
  EXISTS: 4,
  WAITING_FOR_PEOPLE: 10,
  SHARE_MALFORMED: 11,
  SHARE_DAMAGED: 11,
  SHARE_PASSPHRASE: 11,
  SHARE_IDENTITY: 11,
  SHARE_OTHER_VAULT: 11,
  SHARE_OTHER_QUORUM: 11,
  SHARE_OTHER_GENERATION: 11,
  SHARE_OTHER_CUSTODIAN: 11,
  SHARE_DOUBLED: 11,
  SHARE_REHEARSAL: 11,
  SHARE_WITHOUT_IDENTITY: 11,
  IDENTITY_MALFORMED: 11,
  PASSPHRASE_WEAK: 11,
  QUORUM_NOT_MET: 11,
  PLAN_INVALID: 12,
  APPROVAL_INVALID: 12,
  REFUSED: 13,
  INTEGRITY: 14,
  HOST_PREFLIGHT: 15,
  HOST_IO: 15,
  ABORTED: 16,
  NOT_VERIFIED: 17,
  BUSY: 18,
} as const satisfies Record<ErrorCode, number>;

/** Exit status of an error that no person can act on. */
export const INTERNAL_STATUS = 1;

/** Every exit status with its meaning, as the README lists them. */
export const EXIT_STATUSES: ReadonlyMap<number, string> = new Map([
  [0, "done"],
  [INTERNAL_STATUS, "internal error"],
  [2, "usage; a script or other input malformed"],
  [3, "not found"],
  [4, "exists already"],
  [10, "waiting for people: plan written, too few approvals, or not yet proved by all"],
  [11, "a share, its passphrase or identity is wrong; too few shares"],
  [
    12,
    "a plan or approval is wrong: malformed, unknown host, expired, replayed, of another vault, epoch or generation",
  ],
  [13, "refused by state or policy"],
  [14, "integrity: altered or malformed, or behind its anchor"],
  [15, "host: file modes, clock, disk, dangerous settings"],
  [16, "aborted by a person"],
  [17, "a drill, rehearsal or verification said no"],
  [18, "busy: another process holds the vault"],
]);
