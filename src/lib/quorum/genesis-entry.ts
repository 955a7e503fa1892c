import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { entryType } from "../audit/entry-type.ts";
import { timestamp } from "../clock.ts";
import { proofSchema } from "../custodian/proof.ts";
import { digestSchema, idSchema, nameSchema, publicKeySchema } from "../names.ts";
import type { Writer } from "../storage/storage.ts";
import { checkProof } from "./check-proof.ts";
import { manifestProblem, manifestSchema } from "./manifest.ts";
import { shareFilesSchema } from "./new-shares.ts";
import { insertPending, insertShareFiles } from "./pending.ts";
import { keksUnder } from "./rekey.ts";
import { unprovedSeats } from "./state.ts";

const genesisSchema = z.strictObject({
  /** What people call the vault. */
  name: nameSchema,
  /** The root quorum. */
  manifest: manifestSchema,
  hostKey: publicKeySchema,
  /** The first keyring, under the root quorum, and its wrapped KEK. */
  keyring: z.strictObject({ id: idSchema, name: nameSchema, blob: digestSchema }),
});

export type GenesisData = z.infer<typeof genesisSchema>;

/** The first entry: its hash is the root of trust. */
export const genesis = entryType({
  type: "genesis",
  data: genesisSchema,
  async project(entry, { name, manifest, hostKey, keyring }, { tables, hash }) {
    const problem = manifestProblem(manifest);
    if (entry.sequence !== 1) throw entryError(entry, "a second genesis");
    if (
      manifest.vault !== entry.vault ||
      manifest.generation !== 1 ||
      manifest.previous !== null ||
      problem !== undefined
    ) {
      throw entryError(entry, problem ?? "its manifest is not that of a first generation");
    }
    const created = entry.time;
    const quorum = manifest.quorum;
    const rehearsal = manifest.rehearsal ? 1 : 0;
    await tables.insert("vault", {
      id: entry.vault,
      name,
      epoch: entry.epoch,
      genesis: hash,
      hostKey,
      rehearsal,
      created,
      clockAccepted: null,
    });
    await tables.insert("quorums", { id: quorum, name: manifest.name, created });
    await insertPending(tables, manifest, created);
    await tables.insert("keyrings", { id: keyring.id, name: keyring.name, quorum, kekVersion: 1, created });
    await tables.insert("keks", { keyring: keyring.id, version: 1, generation: 1, blob: keyring.blob, created });
  },
});

/** Where genesis puts the share files, so that an unfinished one can be cleaned up to the byte. */
export const genesisShares = entryType({
  type: "genesis.shares",
  data: z.strictObject({ files: shareFilesSchema }),
  async project(entry, { files }, { tables }) {
    if (entry.sequence !== 2) throw entryError(entry, "belongs right after genesis");
    const row = await tables.find("generations", {});
    if (row === undefined) throw entryError(entry, "there is no quorum");
    await insertShareFiles(tables, row, files, (problem) => entryError(entry, problem));
  },
});

/** A custodian's proof. The last of a pending generation puts it in force. */
export const custodianConfirm = entryType({
  type: "custodian.confirm",
  data: proofSchema,
  async project(entry, proof, chain) {
    const { tables } = chain;
    const { statement } = proof;
    const { quorum, seat, size } = await checkProof(proof, tables, chain, (problem) =>
      entryError(entry, `proof of ${statement.custodian}: ${problem}`),
    );
    const { generation } = quorum;
    const place = { quorum: quorum.id, generation, x: seat.x };
    const proved = timestamp(chain.timeOf(size));
    const known = await tables.find("seats", place);
    const latest = known?.proved ?? proved;
    await tables.update("seats", place, {
      confirmed: known?.confirmed ?? entry.time,
      proved: latest > proved ? latest : proved,
    });
    const pending = await tables.find("generations", { quorum: quorum.id, generation, state: "pending" });
    if (pending !== undefined && (await unprovedSeats(tables, quorum.id, generation)).length === 0) {
      await putInForce(tables, quorum.id, generation, entry.time);
    }
  },
});

/** What the generation before wrapped is wrapped under this one too, and under this one only from now on. */
async function putInForce(tables: Writer, quorum: string, generation: number, time: string): Promise<void> {
  const before = await tables.find("generations", { quorum, state: "active" });
  if (before !== undefined) {
    for (const { keyring, version } of await keksUnder(tables, quorum, before.generation)) {
      await tables.remove("keks", { keyring, version, generation: before.generation });
    }
    await tables.update("generations", { quorum, generation: before.generation }, { state: "replaced" });
  }
  await tables.update("generations", { quorum, generation }, { state: "active", activated: time });
}
