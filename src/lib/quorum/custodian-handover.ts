import { z } from "zod";
import { effectType } from "../audit/entry-type.ts";
import { sha256Hex } from "../crypto/digest.ts";
import { type Handover, handoverSchema } from "../custodian/handover.ts";
import { ConclaveError } from "../errors.ts";
import { canonicalFile, canonicalJson, parseCanonicalFile } from "../json.ts";
import { idSchema, nameSchema } from "../names.ts";
import type { Reader } from "../storage/storage.ts";
import type { Action } from "./action.ts";
import { assertNoPending, assertQuorum } from "./pending.ts";
import { recipientsText } from "./seat-request.ts";
import { handoverProblem } from "./seats.ts";
import { currentGenerations, type KnownGeneration, quorumInForce } from "./state.ts";

const parametersSchema = z.strictObject({
  quorum: z.strictObject({ id: idSchema, name: nameSchema }),
  handover: handoverSchema,
});

export type CustodianHandoverParameters = z.infer<typeof parametersSchema>;

/** Let another key of the same custodian speak for a seat: the old one signed for it, and the share stays the same. */
export const custodianHandover: Action<CustodianHandoverParameters> = {
  name: "custodian.handover",
  parameters: parametersSchema,
  quorums: async ({ quorum }) => [quorum.id],
  render: ({ quorum, handover }) => {
    const { statement } = handover;
    const { custodianKey, recipients, created } = statement.to.enrolment;
    return [
      { label: "Custodian", value: `${statement.custodian}, quorum ${quorum.name} (${quorum.id})` },
      { label: "From key", value: statement.from },
      { label: "To key", value: custodianKey },
      { label: "Enrolled", value: `${created}; new shares are sealed to ${recipientsText(recipients)}` },
      { label: "File", value: `sha-256 ${sha256Hex(writeHandoverFile(handover))}` },
      { label: "Effect", value: "the new key approves and proves from now on, the old one no more" },
    ];
  },
  async check(parameters, state) {
    await checkHandover(parameters, state);
  },
  async *execute({ handover }) {
    yield { data: { custodian: handover.statement.custodian } };
  },
};

export const custodianHandoverEntry = effectType({
  type: custodianHandover.name,
  data: z.strictObject({ plan: z.string(), action: z.int(), custodian: nameSchema }),
  parameters: parametersSchema,
  async project(_entry, { custodian }, parameters, { tables }) {
    const { id, generation, handovers } = await checkHandover(parameters, tables);
    const { handover } = parameters;
    if (custodian !== handover.statement.custodian) throw new ConclaveError("REFUSED", "of another custodian");
    const all = canonicalJson([...handovers, handover]);
    await tables.update("generations", { quorum: id, generation }, { handovers: all });
  },
});

/** The quorum whose seat a handover is of. @throws ConclaveError NOT_FOUND */
export async function quorumOfHandover(state: Reader, { statement }: Handover): Promise<KnownGeneration> {
  const generations = await currentGenerations(state);
  const own = generations.find(({ manifestHash }) => manifestHash === statement.manifest);
  if (own !== undefined) return own;
  throw new ConclaveError("NOT_FOUND", `handover of ${statement.custodian}: of no generation that is in force here`, {
    suggestions: ["Let the custodian sign it anew, with the share of today"],
  });
}

/** The bytes of a handover file. */
export function writeHandoverFile(handover: Handover): Uint8Array {
  return canonicalFile(handover);
}

/** @throws ConclaveError INPUT_MALFORMED */
export function parseHandoverFile(bytes: Uint8Array): Handover {
  return parseCanonicalFile(
    bytes,
    handoverSchema,
    (problem) => new ConclaveError("INPUT_MALFORMED", `handover: ${problem}`),
  );
}

async function checkHandover(
  { quorum, handover }: CustodianHandoverParameters,
  state: Reader,
): Promise<KnownGeneration> {
  await assertQuorum(state, quorum);
  await assertNoPending(state, quorum);
  const inForce = await quorumInForce(state, quorum.id);
  const genesis = (await state.find("vault", {}))?.genesis;
  const problem =
    handover.statement.genesis === genesis
      ? handoverProblem(handover, inForce.manifest, inForce.seats)
      : "of another vault";
  if (problem === undefined) return inForce;
  throw new ConclaveError("REFUSED", `handover of ${handover.statement.custodian}: ${problem}`);
}
