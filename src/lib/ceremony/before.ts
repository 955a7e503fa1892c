import type { NetworkInterfaceInfo } from "node:os";
import { MINUTE, timestamp } from "../clock.ts";
import { ConclaveError, type ErrorCode, isConclaveError } from "../errors.ts";
import { readKernelFile } from "../host/kernel.ts";
import { hasVault } from "../vault/read-only.ts";
import { openVault, type Surroundings } from "../vault/vault.ts";
import type { Script } from "./script.ts";
import type { Checked, Stage } from "./stage.ts";

/** How far the host's clock may be from the one that a person reads, in milliseconds. */
const CLOCK_TOLERANCE = 2 * MINUTE;

/** Where the host tells of itself. */
export interface HostChecks {
  /** `/proc` */
  kernel: string;
  interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
}

/** What is checked, and the status with which a failure ends. */
export interface Failed extends Checked {
  code: ErrorCode;
}

/**
 * All checks of a script before step 1, whatever fails.
 * @param vault its folder
 */
export async function checkBefore(
  script: Script,
  { vault, around, checks }: { vault: string; around: Surroundings; checks: HostChecks },
  stage: Pick<Stage, "readClock">,
): Promise<Failed[]> {
  const found: Failed[] = [];
  for (const before of script.before) {
    if ("host" in before) {
      if (before.host.swap !== undefined) found.push(checkSwap(checks));
      if (before.host.network !== undefined) found.push(checkNetwork(checks));
      if (before.host.clock !== undefined) found.push(await checkClock(around, stage));
    } else {
      if (before.vault.state !== undefined) found.push(checkState(vault, before.vault.state));
      if (before.vault.chain !== undefined) found.push(await checkChain(vault, around));
    }
  }
  return found;
}

/**
 * What the failures come to: the gravest of their codes.
 * @returns undefined if all passed, or what failed is of the host and only a rehearsal
 */
export function refusalOf(checked: readonly Failed[], rehearsal: boolean): ConclaveError | undefined {
  const failed = checked.filter(({ passed, code }) => !passed && !(rehearsal && code === "HOST_PREFLIGHT"));
  const [first] = failed;
  if (first === undefined) return undefined;
  const gravest = GRAVITY.find((code) => failed.some((check) => check.code === code)) ?? first.code;
  return new ConclaveError(gravest, `not ready for step 1: ${failed.map(({ found }) => found).join("; ")}`, {
    suggestions: failed.flatMap(({ mend }) => mend ?? []),
  });
}

const GRAVITY: readonly ErrorCode[] = ["INTEGRITY", "HOST_PREFLIGHT", "EXISTS", "NOT_FOUND"];

function checkSwap({ kernel }: HostChecks): Failed {
  const areas = (readKernelFile(kernel, "swaps") ?? "")
    .split("\n")
    .slice(1)
    .flatMap((line) => line.split(/\s+/)[0] || []);
  const passed = areas.length === 0;
  return {
    check: "swap off",
    code: "HOST_PREFLIGHT",
    passed,
    found: passed ? "no swap in use" : `swap in use: ${areas.join(", ")}`,
    ...(!passed && { mend: "swapoff -a" }),
  };
}

function checkNetwork({ interfaces }: HostChecks): Failed {
  const up = Object.entries(interfaces()).filter(([, addresses]) => addresses?.some(({ internal }) => !internal));
  const passed = up.length === 0;
  return {
    check: "network down",
    code: "HOST_PREFLIGHT",
    passed,
    found: passed ? "no network address" : `network up: ${up.map(([name]) => name).join(", ")}`,
    ...(!passed && { mend: `Take the cables out; ${up.map(([name]) => `ip link set ${name} down`).join("; ")}` }),
  };
}

async function checkClock({ clock }: Surroundings, stage: Pick<Stage, "readClock">): Promise<Failed> {
  const [hours = 0, minutes = 0] = (await stage.readClock()).split(":").map(Number);
  const now = clock();
  const read = new Date(now);
  read.setUTCHours(hours, minutes, now.getUTCSeconds(), now.getUTCMilliseconds());
  const day = 24 * 60 * MINUTE;
  const apart = Math.abs(read.getTime() - now.getTime());
  const passed = Math.min(apart, day - apart) <= CLOCK_TOLERANCE;
  const time = timestamp(now).slice(0, 16).replace("T", " ");
  return {
    check: "clock confirmed",
    code: "HOST_PREFLIGHT",
    passed,
    found: passed
      ? `the host's clock agrees: ${time} UTC`
      : `the host's clock shows ${time} UTC, the other one differs`,
    ...(!passed && { mend: "date -u -s 'YYYY-MM-DD HH:MM'" }),
  };
}

function checkState(vault: string, wanted: "present" | "absent"): Failed {
  const there = hasVault({ vault });
  const passed = there === (wanted === "present");
  return {
    check: `vault ${wanted}`,
    code: there ? "EXISTS" : "NOT_FOUND",
    passed,
    found: there ? `there is a vault at ${vault}` : `there is no vault at ${vault}`,
    ...(!passed && { mend: "Name another folder with --vault" }),
  };
}

async function checkChain(path: string, around: Surroundings): Promise<Failed> {
  try {
    await using vault = await openVault(path, around);
    const chain = await vault.verify(true);
    return {
      check: "chain verified",
      code: "INTEGRITY",
      passed: true,
      found: `${chain.size} entries of the audit chain are whole and unaltered`,
    };
  } catch (error) {
    if (!isConclaveError(error)) throw error;
    const [mend] = error.suggestions;
    return {
      check: "chain verified",
      code: error.code,
      passed: false,
      found: error.message,
      ...(mend !== undefined && { mend }),
    };
  }
}
