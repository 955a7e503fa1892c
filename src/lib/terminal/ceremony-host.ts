import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { ACTIONS } from "../catalogue.ts";
import type { CeremonyHost, Elsewhere } from "../ceremony/ceremony.ts";
import { loadSession } from "../host/sessions.ts";
import { newSession, openSession } from "../quorum/session.ts";
import type { Surroundings } from "../vault/vault.ts";
import { readAnswer } from "./document-files.ts";
import { planLifetime } from "./plan-lifetime.ts";
import { chooseSession, sessionPassphrase } from "./session-choice.ts";

/** What flags say of custodians who are not in the room. */
export interface ElsewhereFlags {
  "plan-out": string | undefined;
  "plan-lifetime": string;
  "plain-session": boolean;
  "session-passphrase-file": string | undefined;
  approval: string[];
}

/** What a ceremony is held with on this host. @param tool this program and its version */
export function ceremonyHost(vault: string, around: Surroundings, tool: string): CeremonyHost {
  const checks = { kernel: "/proc", interfaces: networkInterfaces };
  return { catalogue: ACTIONS, around, vault: resolve(vault), tool, checks };
}

/** How custodians elsewhere are reached. @throws ConclaveError USAGE, NOT_FOUND: an approval that can't be read */
export function elsewhereBy(flags: ElsewhereFlags, state: string, warn: (message: string) => void): Elsewhere {
  const lifetime = planLifetime(flags["plan-lifetime"]);
  return {
    planOut: flags["plan-out"],
    lifetime,
    newSession: async (rehearsal) => newSession(await chooseSession(flags, rehearsal, warn), rehearsal),
    approvals: flags.approval.map((path) => ({ origin: path, bytes: readAnswer(path) })),
    identity: (vault, plan) =>
      openSession(loadSession(state, vault, plan), () => sessionPassphrase(flags["session-passphrase-file"], warn)),
  };
}
