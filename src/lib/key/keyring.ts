import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import { findKeyring } from "./find.ts";

export interface KeyringDescription {
  id: string;
  name: string;
  /** Name of the quorum that guards it. */
  quorum: string;
  kekVersion: number;
  /** KEKs that still wrap something, beside the newest. */
  olderKeks: number;
  /** Whether the newest KEK was made before the quorum's generation: whoever rebuilt an older one may know it. */
  kekBeforeQuorum: boolean;
  keys: number;
  created: string;
}

export async function listKeyrings(state: Reader): Promise<KeyringDescription[]> {
  const keyrings = await Array.fromAsync(state.rows("keyrings"));
  const described = await Promise.all(keyrings.map((keyring) => describe(state, keyring)));
  return described.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws ConclaveError NOT_FOUND */
export async function describeKeyring(state: Reader, name: string): Promise<KeyringDescription> {
  return describe(state, await findKeyring(state, name));
}

async function describe(
  state: Reader,
  { id, name, quorum, kekVersion, created }: Row<"keyrings">,
): Promise<KeyringDescription> {
  const quorumName = (await state.find("quorums", { id: quorum }))?.name ?? quorum;
  const keks = await Array.fromAsync(state.rows("keks", { where: { keyring: id } }));
  const olderKeks = new Set(keks.flatMap(({ version }) => (version < kekVersion ? [version] : []))).size;
  const newest = keks.find(({ version }) => version === kekVersion);
  const generation = await state.find("generations", { quorum, state: "active" });
  const isRekeyed = generation !== undefined && generation.generation > 1;
  const kekBeforeQuorum = isRekeyed && newest !== undefined && newest.created < generation.created;
  const keys = await state.count("keys", { where: { keyring: id } });
  return { id, name, quorum: quorumName, kekVersion, olderKeks, kekBeforeQuorum, keys, created };
}
