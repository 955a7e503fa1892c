import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { entryType } from "../audit/entry-type.ts";
import { timestamp } from "../clock.ts";
import { ConclaveError } from "../errors.ts";
import { idSchema, textSchema } from "../names.ts";
import type { Reader, Writer } from "../storage/storage.ts";
import type { Vault } from "../vault/vault.ts";
import { actor } from "./actor.ts";
import { keksUnder } from "./rekey.ts";
import { removeShareFiles } from "./share-files.ts";
import { ROOT_QUORUM, requireQuorum } from "./state.ts";

/** What came of giving up a pending generation. */
export interface CancelledGeneration {
  quorum: string;
  generation: number;
  /** Sequence of the entry. */
  entry: number;
  /** Share files that were left, since they are not as they were written. */
  left: string[];
}

/** A generation that not all proved, and nobody is to prove any more; needs no quorum: the one before stays in force. */
export const quorumCancel = entryType({
  type: "quorum.cancel",
  data: z.strictObject({ quorum: idSchema, generation: z.int().positive(), reason: textSchema }),
  async project(entry, { quorum, generation }, { tables }) {
    const row = await tables.find("generations", { quorum, generation, state: "pending" });
    if (row === undefined) throw entryError(entry, "no such generation is pending");
    await dropPending(tables, quorum, generation);
  },
});

/** Drop a pending generation with its wraps from the tables, and a new quorum with it. */
export async function dropPending(tables: Writer, quorum: string, generation: number): Promise<void> {
  for (const { keyring, version } of await keksUnder(tables, quorum, generation))
    await tables.remove("keks", { keyring, version, generation });
  if (await isFirst(tables, quorum, generation)) await forget(tables, quorum);
  else await tables.update("generations", { quorum, generation }, { state: "cancelled" });
}

/**
 * Give up the pending generation of a quorum: its share files are removed, each if it is as it was written. A new quorum
 * is forgotten with it; of another one, the generation before is in force as it was all the time.
 *
 * @param name of the quorum
 * @throws ConclaveError NOT_FOUND; REFUSED nothing is pending, or it is a whole vault, which `init` removes
 */
export async function cancelGeneration(vault: Vault, name: string, reason: string): Promise<CancelledGeneration> {
  return vault.actLocked(async ({ writer, chain }) => {
    const { id, epoch } = vault.identity;
    const quorum = await requireQuorum(writer, name);
    const row = await writer.find("generations", { quorum: quorum.id, state: "pending" });
    if (row === undefined) throw new ConclaveError("REFUSED", `no generation of quorum ${name} is pending`);
    const { generation } = row;
    if (name === ROOT_QUORUM && generation === 1) {
      throw new ConclaveError("REFUSED", "the vault itself is pending", {
        suggestions: ["conclave init again removes it, and starts afresh"],
      });
    }
    const wraps = await keksUnder(writer, quorum.id, generation);
    const seats = await Array.fromAsync(writer.rows("seats", { where: { quorum: quorum.id, generation } }));
    const data = { quorum: quorum.id, generation, reason };
    const time = timestamp(vault.clock());
    const entry = await chain.append(writer, { vault: id, epoch }, time, actor(), { type: quorumCancel.type, data });
    for (const { blob } of wraps) await writer.remove("blobs", { hash: blob });
    return { quorum: name, generation, entry, left: removeShareFiles(seats, id) };
  });
}

async function isFirst(tables: Reader, quorum: string, generation: number): Promise<boolean> {
  const rows = await Array.fromAsync(tables.rows("generations", { where: { quorum } }));
  return rows.length === 1 && rows[0]?.generation === generation;
}

async function forget(tables: Writer, quorum: string): Promise<void> {
  await tables.remove("seats", { quorum });
  await tables.remove("generations", { quorum });
  await tables.remove("quorums", { id: quorum });
}
