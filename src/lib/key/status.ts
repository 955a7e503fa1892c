import { timestamp } from "../clock.ts";
import type { Vault } from "../vault/vault.ts";
import { countKeys, type KeyCounts } from "./count.ts";
import { listKeyrings } from "./keyring.ts";

/** What a vault says of its keys, not verified. */
export interface KeysStatus {
  keyrings: number;
  /** Number of keys by the state of their current version. */
  keys: KeyCounts["states"];
  /** Active keys whose cryptoperiod ended. */
  keysDue: number;
  /** Keyrings with material under KEKs older than the newest. */
  keyringsToRewrap: string[];
  /** Keyrings whose newest KEK is older than the generation of their quorum. */
  keyringsToRotate: string[];
}

export async function keysStatus({ reader, clock }: Vault): Promise<KeysStatus> {
  const { states, due } = await countKeys(reader, timestamp(clock()));
  const keyrings = await listKeyrings(reader);
  const keyringsToRewrap = keyrings.filter(({ olderKeks }) => olderKeks > 0).map(({ name }) => name);
  const keyringsToRotate = keyrings.filter((keyring) => keyring.kekBeforeQuorum).map(({ name }) => name);
  return { keyrings: keyrings.length, keys: states, keysDue: due, keyringsToRewrap, keyringsToRotate };
}
