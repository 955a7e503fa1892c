import { timestamp } from "../clock.ts";
import { IntegrityError } from "../errors.ts";
import { describeKey, type KeyDescription, type KeySummary, summarize } from "../key/describe.ts";
import type { Executed } from "../quorum/execute-approved.ts";
import type { Vault } from "../vault/vault.ts";
import { table } from "./table.ts";

/** What an act on keys tells. */
export interface KeysDone {
  plan: string;
  entries: number[];
  keys: KeySummary[];
}

/** The keys that an act was about, as they are now. */
export async function keysDone({ reader, clock }: Vault, { plan, entries, effects }: Executed): Promise<KeysDone> {
  const keys: KeySummary[] = [];
  for (const { data } of effects) {
    const key = typeof data["key"] === "string" ? await reader.find("keys", { id: data["key"] }) : undefined;
    const keyring = key && (await reader.find("keyrings", { id: key.keyring }));
    if (key !== undefined) keys.push(await summarize(reader, key, keyring?.name ?? key.keyring, timestamp(clock())));
  }
  return { plan, entries, keys };
}

/** A key, as the parameters of a plan name it. */
interface Named {
  keyring: { name: string };
  name: string;
}

/** The key that a plan named, and the act made, or made a version of. @throws ConclaveError INTEGRITY another one is found under its name */
export async function keyMade(
  { reader, clock }: Vault,
  { parameters }: { parameters: Named | { key: Named } },
  { effects }: Executed,
): Promise<KeyDescription> {
  const { keyring, name } = "key" in parameters ? parameters.key : parameters;
  const key = await describeKey(reader, `${keyring.name}/${name}`, timestamp(clock()));
  if (key.id === effects[0]?.data["key"]) return key;
  throw new IntegrityError("keys", "the key that was made is not the one that is found");
}

export function keysText(keys: readonly KeySummary[]): string {
  return table(
    ["KEY", "ALGORITHM", "STATE", "USAGES", "CREATED", "ID"],
    keys.map((key) => [
      `${key.keyring}/${key.name}`,
      key.algorithm,
      key.state,
      key.usages.join(", "),
      key.created,
      key.id,
    ]),
  );
}
