import { fromUtf8 } from "../bytes.ts";
import { timestamp } from "../clock.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { executePlan } from "../quorum/execute.ts";
import { createVault } from "../quorum/genesis.ts";
import type { GenesisInteraction, Interaction, PresentedShare } from "../quorum/interaction.ts";
import { isOpen } from "../quorum/interaction.ts";
import { preparePlan } from "../quorum/prepare.ts";
import { readDocument } from "../share/document.ts";
import { openWithPassphrase } from "../share/sealed-file.ts";
import { openVault, type Surroundings, type Vault } from "../vault/vault.ts";
import {
  passphraseFile,
  REHEARSAL_CUSTODIANS,
  type Rehearsal,
  type RehearsalOptions,
  type RehearsedAct,
  rehearsalState,
  shareFileOf,
} from "./rehearsal-place.ts";
import { scriptSchema } from "./script.ts";
import { planScript } from "./scripted-action.ts";

/** @returns the caller's to dispose of */
export function openRehearsal(rehearsal: Rehearsal, around: Omit<Surroundings, "state">): Promise<Vault> {
  return openVault(rehearsal.vault, { ...around, state: rehearsalState(rehearsal) });
}

/** A rehearsal vault in force. */
export async function foundRehearsalVault(
  rehearsal: Rehearsal,
  custodians: readonly { name: string; shareFile: string; passphraseFile: string }[],
  around: Omit<Surroundings, "state">,
): Promise<void> {
  const passphrase = async (name: string) =>
    readPassphrase(custodians.find((custodian) => custodian.name === name)?.passphraseFile ?? "");
  const people: GenesisInteraction = {
    newPassphrase: passphrase,
    provePassphrase: passphrase,
    proofRefused: async () => false,
    proved: async () => undefined,
  };
  const seats = custodians.map(({ name, shareFile }) => ({ name, shareFile }));
  const request = { path: rehearsal.vault, name: "rehearsal", threshold: 2, custodians: seats, rehearsal: true };
  await using _ = await createVault(request, { ...around, state: rehearsalState(rehearsal) }, people);
}

/** Let two custodians do something before the rehearsal begins. */
export async function performRehearsed(
  rehearsal: Rehearsal,
  acts: readonly RehearsedAct[],
  { host, around, attended }: RehearsalOptions,
): Promise<void> {
  await using vault = await openRehearsal(rehearsal, around);
  const script = scriptSchema.parse({ ceremony: "setup", title: "Setup", roles: {}, steps: acts });
  const actions = await planScript(script, vault.reader, timestamp(vault.clock()));
  const prepared = await preparePlan(vault, host.catalogue, { actions, reason: "set up for a rehearsal" });
  await executePlan(vault, prepared, custodiansAtHand(rehearsal, attended));
}

/** Custodians who present their share files, as many as are needed. */
function custodiansAtHand(rehearsal: Rehearsal, attended: boolean): Interaction {
  const waiting = [...REHEARSAL_CUSTODIANS];
  return {
    showPlan: async () => undefined,
    async presentShare(progress): Promise<PresentedShare | undefined> {
      const name = progress.some(isOpen) ? waiting.shift() : undefined;
      if (name === undefined) return undefined;
      const origin = shareFileOf(rehearsal, name);
      const passphrase = readPassphrase(passphraseFile(rehearsal, name, attended));
      using text = await openWithPassphrase(readSmallFile(origin, LIMITS.shareFileBytes), passphrase);
      return { document: readDocument(text), origin, claimed: name };
    },
    shareAccepted: async () => undefined,
    shareRefused: async () => false,
    confirm: async () => undefined,
    newPassphrase: async (name) => readPassphrase(passphraseFile(rehearsal, name, attended)),
  };
}

function readPassphrase(file: string): string {
  return fromUtf8(readSmallFile(file, LIMITS.passphraseBytes)).trimEnd();
}
