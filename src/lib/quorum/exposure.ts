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

/** The generations of an act's quorums, and the seats that approved it. */
interface ApprovedBy {
  generations: string[];
  seats: string[];
}

/** What is to be known of each entry to tell in the end how the acts were approved. */
export class ActLedger {
  readonly #exposed = new Set<string>();
  readonly #recoveries: Recovery[] = [];
  /** Who approved an act, and how many the same ones did: those who approve are few, their acts may be very many. */
  readonly #acts = new Map<string, number>();
  #total = 0;

  /** Take in the next entry of a verified chain. */
  take(entry: Entry, hash: string): void {
    if (entry.type === "custodian.confirm") this.#expose(proofSchema.parse(entry.data).statement);
    if (entry.type !== "plan.execute" && entry.type !== RESTORE) return;
    const { plan, approvals } = executedSchema.parse(entry.data);
    const statements = approvals.map(({ statement }) => statement);
    if (statements.some(({ key }) => key === "share")) {
      const actions = plan.actions.map(({ action }) => action);
      this.#recoveries.push({ entry: entry.sequence, hash, time: entry.time, actions });
    }
    for (const statement of statements) this.#expose(statement);
    const by: ApprovedBy = {
      generations: plan.quorums.map(({ id, generation }) => `${id}/${generation}`),
      seats: statements.map(seatName).sort(),
    };
    const text = JSON.stringify(by);
    this.#total += 1;
    this.#acts.set(text, (this.#acts.get(text) ?? 0) + 1);
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
    const neverExposed = ({ generations, seats }: ApprovedBy) =>
      generations.every((generation) => {
        const own = seats.filter((seat) => seat.startsWith(`${generation}/`) && !exposed.has(seat));
        return own.length >= (thresholds.get(generation) ?? Number.POSITIVE_INFINITY);
      });
    let actsByKeysNeverExposed = 0;
    for (const [text, times] of this.#acts) if (neverExposed(JSON.parse(text))) actsByKeysNeverExposed += times;
    return { acts: this.#total, actsByKeysNeverExposed, recoveries: this.#recoveries };
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
