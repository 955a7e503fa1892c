import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createVault } from "../../src/lib/quorum/genesis.ts";
import type { Surroundings } from "../../src/lib/vault/vault.ts";
import type { Workspace } from "./workspace.ts";

/** What the program itself opens the vaults of a workspace with. */
export function surroundingsOf(place: Workspace): Surroundings {
  return { state: place.file("state/conclave"), types: ENTRY_TYPES, clock: systemClock, lockTimeoutMs: 2000 };
}

/**
 * Leave a genesis unfinished: `vault`, a rehearsal of 2 of alice, bob and carol, whose shares are in `shares`.
 * @param provers who prove their shares, in the order alice, bob, carol, before the next one walks out
 */
export async function pendingVault(place: Workspace, provers: readonly string[]): Promise<void> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  const custodians = ["alice", "bob", "carol"].map((name) => ({ name, shareFile: place.file(`shares/${name}.share`) }));
  const walkedOut = new Error("walked out");
  const people = {
    newPassphrase: async (name: string) => `${name}'s own`,
    provePassphrase: async (name: string) => {
      if (!provers.includes(name)) throw walkedOut;
      return `${name}'s own`;
    },
    proofRefused: async () => false,
    proved: async () => undefined,
  };
  const request = { path: place.file("vault"), name: "vault", threshold: 2, custodians, rehearsal: true };
  try {
    const vault = await createVault(request, surroundingsOf(place), people);
    await vault[Symbol.asyncDispose]();
  } catch (error) {
    if (error !== walkedOut) throw error;
  }
}
