import { dirname } from "node:path";
import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { ConclaveError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, idSchema, nameSchema } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import type { Action } from "./action.ts";
import { manifestSchema } from "./manifest.ts";
import { type GenerationRequest, NewGeneration, pinOf } from "./new-generation.ts";
import { describeShareFiles, newFiles, shareFilesSchema } from "./new-shares.ts";
import {
  assertNoPending,
  assertQuorum,
  generationProblem,
  insertPending,
  insertShareFiles,
  shareFilesProblem,
} from "./pending.ts";
import { assertNoShareFiles, checkSeatSet, seatLines, seatRequestSchema, sharesOnHost } from "./seat-request.ts";
import { type KnownGeneration, quorumInForce } from "./state.ts";

const parametersSchema = z.strictObject({
  quorum: z.strictObject({ id: idSchema, name: nameSchema }),
  /** The generation in force, as people know it. */
  before: z.strictObject({
    generation: z.int().positive(),
    threshold: z.int().min(2),
    custodians: z.array(nameSchema).max(LIMITS.custodians),
  }),
  /** Number of the new one. */
  generation: z.int().min(2).max(0xffff),
  threshold: z.int().min(2).max(LIMITS.custodians),
  custodians: z.array(seatRequestSchema).min(2).max(LIMITS.custodians),
});

export type RekeyParameters = z.infer<typeof parametersSchema>;

/**
 * A new secret for a quorum, in new shares to the same or other custodians. The generation before stays in force until
 * all of the new custodians proved theirs; until then each KEK is wrapped under both.
 */
export const quorumRekey: Action<RekeyParameters> = {
  name: "quorum.rekey",
  parameters: parametersSchema,
  recoverable: true,
  quorums: async ({ quorum }) => [quorum.id],
  newShares: ({ custodians }) => sharesOnHost(custodians),
  confirmation: ({ quorum }) => quorum.name,
  render: ({ quorum, before, generation, threshold, custodians }) => {
    const names = custodians.map(({ name }) => name);
    const leaving = before.custodians.filter((name) => !names.includes(name));
    const joining = names.filter((name) => !before.custodians.includes(name));
    return [
      { label: "Quorum", value: `${quorum.name} (${quorum.id})` },
      { label: "Now", value: `generation ${before.generation}, ${before.threshold} of ${before.custodians.length}` },
      { label: "Then", value: `generation ${generation}, ${threshold} of ${custodians.length}` },
      { label: "Leaving", value: leaving.join(", ") || "nobody" },
      { label: "Joining", value: joining.join(", ") || "nobody" },
      ...seatLines(custodians),
    ];
  },
  async check(parameters, state) {
    await checkRekey(parameters, state);
    assertNoShareFiles(parameters.custodians);
  },
  async *execute(parameters, vault) {
    const { identity, entrusted } = vault;
    const wanted = await requestOf(parameters, identity, vault.reader);
    for (const { shareFile } of wanted.custodians) createPrivateDirectory(dirname(shareFile));
    using made = await NewGeneration.make(wanted, entrusted);
    const shares = await made.seal(identity.name, pinOf(identity));
    const keks = await vault.rewrapKeks(made.quorumKey);
    yield {
      data: {
        manifest: made.manifest,
        keks: keks.map(({ keyring, version, blob }) => [keyring, version, blob.hash]),
        files: describeShareFiles(shares),
      },
      told: { quorum: wanted.name, generation: wanted.generation },
      blobs: keks.map(({ blob }) => blob),
      files: newFiles(shares, identity.id),
    };
  },
};

export const quorumRekeyEntry = effectType({
  type: quorumRekey.name,
  data: z.strictObject({
    plan: z.string(),
    action: z.int(),
    manifest: manifestSchema,
    /** Each KEK of the quorum's keyrings under the new generation: keyring, version, hash of the ciphertext. */
    keks: z.array(z.tuple([idSchema, z.int().positive(), digestSchema])),
    files: shareFilesSchema,
  }),
  parameters: parametersSchema,
  async project(entry, { manifest, keks, files }, parameters, { tables }) {
    const inForce = await checkRekey(parameters, tables);
    const vault = await tables.find("vault", {});
    const identity = { id: entry.vault, rehearsal: vault?.rehearsal ?? 0 };
    const problem =
      generationProblem(manifest, await requestOf(parameters, identity, tables)) ??
      shareFilesProblem(files, parameters.custodians);
    if (problem !== undefined) throw entryError(entry, problem);
    await insertPending(tables, manifest, entry.time);
    await insertShareFiles(tables, manifest, files, (what) => entryError(entry, what));

    const found = keks.map(([keyring, version]) => `${keyring}/${version}`);
    const wanted = await keksUnder(tables, inForce.id, inForce.generation);
    if (found.join() !== wanted.map(({ keyring, version }) => `${keyring}/${version}`).join()) {
      throw entryError(entry, "not each KEK of the quorum's keyrings under the new generation");
    }
    for (const [i, [keyring, version, blob]] of keks.entries()) {
      const created = wanted[i]?.created ?? entry.time;
      await tables.insert("keks", { keyring, version, generation: manifest.generation, blob, created });
    }
  },
});

/** The KEKs of a quorum's keyrings, as one of its generations wraps them, in the order of keyring and version. */
export async function keksUnder(
  state: Reader,
  quorum: string,
  generation: number,
): Promise<{ keyring: string; version: number; blob: string; created: string }[]> {
  const keyrings = await Array.fromAsync(state.rows("keyrings", { where: { quorum } }));
  const keks = keyrings.map(({ id }) => Array.fromAsync(state.rows("keks", { where: { keyring: id, generation } })));
  return (await Promise.all(keks)).flat();
}

/** Number of the next generation of a quorum: one above the largest that there ever was. */
export async function nextGeneration(state: Reader, quorum: string): Promise<number> {
  return 1 + ((await state.largest("generations", "generation", { quorum })) ?? 0);
}

async function requestOf(
  { quorum, generation, threshold, custodians }: RekeyParameters,
  identity: { id: string; rehearsal: 0 | 1 },
  state: Reader,
): Promise<GenerationRequest> {
  const { manifestHash: previous } = await quorumInForce(state, quorum.id);
  const place = { vault: identity.id, quorum: quorum.id, generation };
  return { ...place, name: quorum.name, threshold, custodians, rehearsal: identity.rehearsal === 1, previous };
}

async function checkRekey(
  { quorum, before, generation, threshold, custodians }: RekeyParameters,
  state: Reader,
): Promise<KnownGeneration> {
  checkSeatSet(threshold, custodians);
  await assertQuorum(state, quorum);
  await assertNoPending(state, quorum);
  const inForce = await quorumInForce(state, quorum.id);
  const names = inForce.seats.map(({ name }) => name);
  if (
    inForce.generation !== before.generation ||
    inForce.manifest.threshold !== before.threshold ||
    names.join() !== before.custodians.join()
  ) {
    throw new ConclaveError("REFUSED", `quorum ${quorum.name} is another by now than the plan says`, {
      suggestions: ["Make the plan anew"],
    });
  }
  const next = await nextGeneration(state, quorum.id);
  if (generation !== next)
    throw new ConclaveError("REFUSED", `the next generation of quorum ${quorum.name} is ${next}, not ${generation}`);
  for (const { name, enrolment, carried } of custodians) {
    const seat = inForce.seats.find((other) => other.name === name);
    if (enrolment === undefined && seat !== undefined && carried !== seat.custodianKey) {
      throw new ConclaveError(
        "REFUSED",
        `${name} has a custodian key already: it must go over, or ${name} enrols anew`,
        {
          suggestions: [`Give --custodian ${name}=ENROLMENT`],
        },
      );
    }
    if (carried !== undefined && seat?.key !== "host") {
      throw new ConclaveError("REFUSED", `${name} has no custodian key in a share of generation ${inForce.generation}`);
    }
  }
  return inForce;
}
