import { dirname } from "node:path";
import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { effectType } from "../audit/entry-type.ts";
import { randomUuid } from "../crypto/random.ts";
import { ConclaveError, IntegrityError } from "../errors.ts";
import { createPrivateDirectory } from "../host/directory.ts";
import { LIMITS } from "../limits.ts";
import { nameSchema } from "../names.ts";
import { quorumTag } from "../share/record.ts";
import type { Reader } from "../storage/storage.ts";
import type { Action } from "./action.ts";
import { manifestSchema } from "./manifest.ts";
import { type GenerationRequest, NewGeneration, pinOf } from "./new-generation.ts";
import { describeShareFiles, newFiles, shareFilesSchema } from "./new-shares.ts";
import { generationProblem, insertPending, insertShareFiles, shareFilesProblem } from "./pending.ts";
import { assertNoShareFiles, checkSeatSet, seatLines, seatRequestSchema, sharesOnHost } from "./seat-request.ts";
import { rootQuorum } from "./state.ts";

const parametersSchema = z.strictObject({
  name: nameSchema,
  threshold: z.int().min(2).max(LIMITS.custodians),
  custodians: z.array(seatRequestSchema).min(2).max(LIMITS.custodians),
});

export type QuorumCreateParameters = z.infer<typeof parametersSchema>;

/** Make a quorum with custodians of its own. It is pending until all of them proved their shares. */
export const quorumCreate: Action<QuorumCreateParameters> = {
  name: "quorum.create",
  parameters: parametersSchema,
  quorums: async (_, state) => [(await rootQuorum(state)).id],
  newShares: ({ custodians }) => sharesOnHost(custodians),
  render: ({ name, threshold, custodians }) => [
    { label: "Quorum", value: name },
    { label: "Threshold", value: `${threshold} of ${custodians.length}` },
    ...seatLines(custodians),
  ],
  async check(parameters, state) {
    await checkQuorumCreate(parameters, state);
    assertNoShareFiles(parameters.custodians);
  },
  async *execute({ name, threshold, custodians }, vault) {
    const { identity, entrusted, reader } = vault;
    const wanted: GenerationRequest = {
      vault: identity.id,
      quorum: await unlikeOthers(reader),
      generation: 1,
      name,
      threshold,
      custodians,
      rehearsal: identity.rehearsal === 1,
      previous: null,
    };
    for (const { shareFile } of wanted.custodians) createPrivateDirectory(dirname(shareFile));
    using made = await NewGeneration.make(wanted, entrusted);
    const shares = await made.seal(identity.name, pinOf(identity));
    yield {
      data: { manifest: made.manifest, files: describeShareFiles(shares) },
      told: { quorum: name, generation: 1 },
      files: newFiles(shares, identity.id),
    };
  },
};

export const quorumCreateEntry = effectType({
  type: quorumCreate.name,
  data: z.strictObject({
    plan: z.string(),
    action: z.int(),
    manifest: manifestSchema,
    files: shareFilesSchema,
  }),
  parameters: parametersSchema,
  async project(entry, { manifest, files }, parameters, { tables }) {
    await checkQuorumCreate(parameters, tables);
    const rehearsal = (await tables.find("vault", {}))?.rehearsal === 1;
    const { quorum } = manifest;
    const wanted = { ...parameters, vault: entry.vault, quorum, generation: 1, rehearsal, previous: null };
    const problem = generationProblem(manifest, wanted) ?? shareFilesProblem(files, parameters.custodians);
    if (problem !== undefined) throw entryError(entry, problem);
    await tables.insert("quorums", { id: manifest.quorum, name: parameters.name, created: entry.time });
    await insertPending(tables, manifest, entry.time);
    await insertShareFiles(tables, manifest, files, (what) => entryError(entry, what));
  },
});

async function checkQuorumCreate(
  { name, threshold, custodians }: QuorumCreateParameters,
  state: Reader,
): Promise<void> {
  checkSeatSet(threshold, custodians);
  const carried = custodians.find((custodian) => custodian.carried !== undefined);
  if (carried !== undefined) throw new ConclaveError("USAGE", `${carried.name} has no share before this one`);
  if ((await state.find("quorums", { name })) !== undefined) {
    throw new ConclaveError("EXISTS", `quorum ${name} exists already`, { suggestions: ["Choose another name"] });
  }
}

/** An id whose first bytes, by which a share record names its quorum, no other quorum has. */
async function unlikeOthers(state: Reader): Promise<string> {
  const taken = new Set<string>();
  for await (const { id } of state.rows("quorums")) taken.add(quorumTag(id));
  for (let tries = 0; tries < 1000; tries++) {
    const id = randomUuid();
    if (!taken.has(quorumTag(id))) return id;
  }
  throw new IntegrityError("quorums", "no id is free");
}
