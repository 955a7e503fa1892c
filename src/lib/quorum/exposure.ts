import { z } from "zod";
import { type Entry, entryHash, parseEntry } from "../audit/entry.ts";
import { proofSchema } from "../custodian/proof.ts";
import type { Reader } from "../storage/storage.ts";
import { approvalSchema } from "./approval.ts";
import { RESTORE } from "./restore-plan.ts";
import { readGeneration } from "./state.ts";

const executedSchema = z.object({
  plan: z.object({
    quorums: z.array(z.object({ id: z.string(), generation: z.int() })),
    actions: z.array(z.object({ action: z.string() })),
  }),
  approvals: z.array(approvalSchema),
});

/** How the approved acts of a vault were approved. */
export interface ActSummary {
  /** Approved plans that were executed. */
  acts: number;
  /** Those of them that a threshold of custodians approved with keys that never were open on the host. */
  actsByKeysNeverExposed: number;
  /** Those that shares alone approved, without custodian keys. */
  recoveries: Recovery[];
}

/** An act that shares alone approved: whoever kept a threshold of them could have done the same. */
export interface Recovery {
  /** Sequence of its `plan.execute` or `vault.restore` entry. */
  entry: number;
  /** Hash of that entry. */
  hash: string;
  time: string;
  actions: string[];
}

/** Read from a verified chain. */
export async function summarizeActs(reader: Reader): Promise<ActSummary> {
  const ledger = new ActLedger();
  for await (const { sequence, text } of reader.rows("entries")) {
    ledger.take(parseEntry(text, sequence), entryHash(text));
  }
  return ledger.summary(reader);
}

/** What is to be known of each entry to tell in the end how the acts were approved. */
export class ActLedger {
  readonly #exposed = new Set<string>();
  readonly #recoveries: Recovery[] = [];
  readonly #acts = new ApprovedActs();

  /** Take in the next entry of a verified chain. */
  take(entry: Entry, hash: string): void {
    if (entry.type === "custodian.confirm") this.#expose(proofSchema.parse(entry.data).statement);
    if (entry.type !== "plan.execute" && entry.type !== RESTORE) return;
    const act = executedSchema.parse(entry.data);
    this.#acts.add(act);
    if (act.approvals.some(({ statement }) => statement.key === "share")) {
      const actions = act.plan.actions.map(({ action }) => action);
      this.#recoveries.push({ entry: entry.sequence, hash, time: entry.time, actions });
    }
    for (const { statement } of act.approvals) this.#expose(statement);
  }

  /** @param tables in which all generations are that those entries speak of */
  async summary(tables: Reader): Promise<ActSummary> {
    const exposed = new Set(this.#exposed);
    const thresholds = new Map<string, number>();
    for await (const row of tables.rows("generations")) {
      const quorum = await tables.find("quorums", { id: row.quorum });
      if (quorum === undefined) continue;
      const { quorum: id, generation } = row;
      const { manifest } = readGeneration(quorum, row);
      thresholds.set(`${id}/${generation}`, manifest.threshold);
      for (const seat of manifest.custodians)
        if (seat.key === "host") exposed.add(seatName({ quorum: id, generation, custodian: seat.name }));
    }
    const neverExposed = this.#acts.count(({ quorum, generation, custodians }) => {
      const own = custodians.filter((custodian) => !exposed.has(seatName({ quorum, generation, custodian })));
      return own.length >= (thresholds.get(`${quorum}/${generation}`) ?? Number.POSITIVE_INFINITY);
    });
    return { acts: this.#acts.total, actsByKeysNeverExposed: neverExposed, recoveries: this.#recoveries };
  }

  #expose(statement: Parameters<typeof seatName>[0] & { at: "host" | "desk" }): void {
    if (statement.at === "host") this.#exposed.add(seatName(statement));
  }
}

function seatName({
  quorum,
  generation,
  custodian,
}: {
  quorum: string;
  generation: number;
  custodian: string;
}): string {
  return `${quorum}/${generation}/${custodian}`;
}

/** Custodians of one quorum who approved an act. */
interface ApprovedBy {
  quorum: string;
  generation: number;
  custodians: string[];
}

/** Who approved each act, and how many the same ones did: those who approve are few, their acts may be very many. */
class ApprovedActs {
  total = 0;
  readonly #acts = new Map<string, number>();

  add({ plan, approvals }: z.infer<typeof executedSchema>): void {
    const by = plan.quorums.map(({ id, generation }): ApprovedBy => {
      const own = approvals.filter(({ statement }) => statement.quorum === id);
      return { quorum: id, generation, custodians: own.map(({ statement }) => statement.custodian).sort() };
    });
    const text = JSON.stringify(by);
    this.total += 1;
    this.#acts.set(text, (this.#acts.get(text) ?? 0) + 1);
  }

  /** How many there are of whose quorums each is as wanted. */
  count(wanted: (by: ApprovedBy) => boolean): number {
    let count = 0;
    for (const [text, times] of this.#acts) if ((JSON.parse(text) as ApprovedBy[]).every(wanted)) count += times;
    return count;
  }
}
