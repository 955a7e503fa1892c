import { z } from "zod";
import type { AuditChain } from "../audit/chain.ts";
import { openCheckpoint } from "../audit/checkpoint.ts";
import type { Entry } from "../audit/entry.ts";
import { IntegrityError } from "../errors.ts";
import { digestSchema } from "../names.ts";
import { approvalSchema } from "../quorum/approval.ts";
import { everyGeneration, type KnownGeneration } from "../quorum/state.ts";
import type { Reader } from "../storage/storage.ts";
import type { Row } from "../storage/tables.ts";
import type { ReadTranscript } from "./read-transcript.ts";
import type { TranscriptContent } from "./transcript.ts";

/** Type of the entry that tells of a ceremony's end, and holds the SHA-256 of its transcript's text. */
export const CEREMONY_END = "ceremony.end";

const endSchema = z.object({ run: z.string(), transcript: digestSchema });

const executedSchema = z.object({
  plan: z.object({ id: z.string(), quorums: z.array(z.object({ id: z.string(), name: z.string() })) }),
  approvals: z.array(approvalSchema),
});

/** The state of a vault after some entry. */
interface Moment {
  identity: Row<"vault">;
  generations: KnownGeneration[];
}

/**
 * Holds a transcript against a chain while that is being verified: give `each` to the verification, then call
 * `conclude`. Both throw an IntegrityError that names what the chain says otherwise.
 */
export class TranscriptAnchor {
  readonly #content: TranscriptContent;
  readonly #vault: NonNullable<TranscriptContent["vault"]>;
  readonly #digest: string;
  readonly #size: number;
  readonly #root: string;
  readonly #entries: ReadonlyMap<number, TranscriptContent["entries"][number]>;
  /** Before the first of the ceremony's entries, and after the last. */
  #before: Moment | undefined;
  #after: Moment | undefined;
  #end: number | undefined;

  /** @throws IntegrityError the transcript's checkpoint is none of its host, or doesn't cover its entries */
  constructor({ content, digest }: ReadTranscript) {
    const { vault, checkpoint: note, entries } = content;
    if (vault === null || note === null) throw wrong("it is of a ceremony that ended before there was a vault");
    const checkpoint = openCheckpoint(note, vault.hostKey);
    if (checkpoint === undefined || checkpoint.vault !== vault.id || checkpoint.epoch !== vault.epoch)
      throw wrong("its checkpoint is not signed by the host key that it names, or of another vault or epoch");
    const beyond = entries.find(({ sequence }) => sequence > checkpoint.size);
    if (beyond !== undefined)
      throw wrong(`entry ${beyond.sequence} is none of the ${checkpoint.size} of its checkpoint`);
    this.#content = content;
    this.#vault = vault;
    this.#digest = digest;
    this.#size = checkpoint.size;
    this.#root = checkpoint.root;
    this.#entries = new Map(entries.map((entry) => [entry.sequence, entry]));
  }

  /** See `EachEntry`. */
  readonly each = async (entry: Entry, hash: string, tables: Reader): Promise<void> => {
    const { sequence, type } = entry;
    const told = this.#entries.get(sequence);
    if (told !== undefined && (told.hash !== hash || told.type !== type))
      throw wrong(`it says that entry ${sequence} is ${told.type} ${told.hash}, the chain's is ${type} ${hash}`);
    if (sequence <= this.#size && type === "plan.execute") this.#comparePlan(entry);
    if (type === CEREMONY_END) this.#compareEnd(entry);
    const first = Math.min(...this.#entries.keys(), this.#size);
    if (sequence === first - 1) this.#before = await momentOf(tables);
    if (sequence === this.#size) this.#after = await momentOf(tables);
  };

  /**
   * After the verification.
   * @returns sequence of the entry that holds the hash of the transcript's text; undefined if the chain has none
   */
  conclude(chain: AuditChain): number | undefined {
    if (chain.vault !== this.#vault.id) throw wrong(`it is of vault ${this.#vault.id}, the chain of ${chain.vault}`);
    if (this.#after === undefined)
      throw wrong(`its checkpoint has ${this.#size} entries, the chain only ${chain.size}`);
    if (chain.tree.root(this.#size) !== this.#root)
      throw wrong(`its checkpoint of ${this.#size} entries is of another history than the chain`);
    this.#compareVault(this.#after.identity);
    this.#compareKeys();
    return this.#end;
  }

  #compareVault(identity: Row<"vault">): void {
    for (const member of ["id", "name", "genesis", "epoch", "hostKey"] as const) {
      if (this.#vault[member] === identity[member]) continue;
      throw wrong(`its ${NAMES[member]} is ${this.#vault[member]}, the chain's was ${identity[member]} then`);
    }
    if (this.#content.rehearsal !== (identity.rehearsal === 1))
      throw wrong("rehearsal and production are mixed: the chain is of the other");
  }

  /** Each custodian's key must be that of a seat before the ceremony's entries or after them, in a generation that had not ended before. */
  #compareKeys(): void {
    const before = this.#before?.generations ?? [];
    const ended = new Set(before.filter(({ state }) => !isCurrent(state)).map(({ manifestHash }) => manifestHash));
    const generations = [...before, ...(this.#after?.generations ?? [])].filter(
      ({ manifestHash }) => !ended.has(manifestHash),
    );
    for (const { role, name, quorum, key } of this.#content.participants) {
      if (role !== "custodian" || key === null) continue;
      const known = generations.some(
        (generation) =>
          generation.name === quorum &&
          generation.seats.some((seat) => seat.name === name && seat.custodianKey === key),
      );
      if (!known) throw wrong(`the key that it names for custodian ${name} was none of quorum ${quorum} then`);
    }
  }

  #comparePlan({ sequence, data }: Entry): void {
    const executed = executedSchema.safeParse(data);
    const told = this.#content.plans.find(({ id }) => id === executed.data?.plan.id);
    if (told === undefined || executed.data === undefined) return;
    const { plan, approvals } = executed.data;
    const quorumName = (id: string) => plan.quorums.find((quorum) => quorum.id === id)?.name ?? id;
    const line = ({ custodian, quorum, at, key }: { custodian: string; quorum: string; at: string; key: string }) =>
      `${custodian} of ${quorum}, ${at}, ${key}`;
    const found = approvals.map(({ statement }) => line({ ...statement, quorum: quorumName(statement.quorum) }));
    if (approvals.some(({ statement }) => statement.plan !== told.digest))
      throw wrong(`its digest of plan ${told.id} is not that of the plan in entry ${sequence}`);
    if (found.toSorted().join("; ") !== told.approvals.map(line).toSorted().join("; "))
      throw wrong(`its approvals of plan ${told.id} are not those of entry ${sequence}`);
  }

  #compareEnd({ sequence, data }: Entry): void {
    const end = endSchema.safeParse(data);
    if (end.data?.run !== this.#content.run) return;
    if (end.data.transcript !== this.#digest)
      throw wrong(`entry ${sequence}, the end of this ceremony, holds the hash of another text`);
    this.#end = sequence;
  }
}

const NAMES = { id: "vault", name: "vault's name", genesis: "genesis", epoch: "epoch", hostKey: "host key" } as const;

function isCurrent(state: KnownGeneration["state"]): boolean {
  return state === "active" || state === "pending";
}

async function momentOf(tables: Reader): Promise<Moment> {
  const identity = await tables.find("vault", {});
  if (identity === undefined) throw new IntegrityError("audit chain", "has no genesis");
  return { identity, generations: await everyGeneration(tables) };
}

function wrong(problem: string): IntegrityError {
  return new IntegrityError("transcript", problem, {
    suggestions: ["Check that transcript and chain are of the same vault", "If they are, one of the two was altered"],
  });
}
