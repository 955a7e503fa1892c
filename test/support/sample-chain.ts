import { z } from "zod";
import type { EntryTypes } from "../../src/lib/audit/chain.ts";
import { effectType, entryType } from "../../src/lib/audit/entry-type.ts";
import { ConclaveError } from "../../src/lib/errors.ts";

/** Where the entries of a sample chain belong. */
export const PLACE = { vault: "0b0c5f5e-3a8e-4f0a-9f39-5d1c1b6d2a11", epoch: "7c9e6679-7425-40de-944b-e07fc1f90ae7" };

/** The simplest chain that is one: a genesis with its host key, quorums by name, plans, and what plans demand. */
export const SAMPLE_TYPES: EntryTypes = new Map(
  [
    entryType({
      type: "genesis",
      data: z.strictObject({ hostKey: z.string() }),
      async project(entry, { hostKey }, { tables, hash }) {
        await tables.insert("vault", {
          id: entry.vault,
          name: "sample",
          epoch: entry.epoch,
          genesis: hash,
          hostKey,
          rehearsal: 1,
          created: entry.time,
          clockAccepted: null,
        });
      },
    }),
    entryType({
      type: "quorum",
      data: z.strictObject({ name: z.string() }),
      async project(entry, { name }, { tables }) {
        if (name === "refused") throw new ConclaveError("EXISTS", "a name that no command would have taken");
        if (name === "busy") throw new ConclaveError("BUSY", "held by somebody");
        if (name === "bug") throw new TypeError("our own mistake");
        await tables.insert("quorums", { id: `q${entry.sequence}`, name, created: entry.time });
      },
    }),
    entryType({
      type: "plan",
      data: z.strictObject({ id: z.string(), demands: z.array(z.string()) }),
      async project(_entry, { id, demands }, chain) {
        chain.expect(demands.map((text, action) => ({ type: "effect", plan: id, action, parameters: { text } })));
      },
    }),
    effectType({
      type: "effect",
      data: z.strictObject({ plan: z.string(), action: z.int() }),
      parameters: z.strictObject({ text: z.string() }),
      async project(entry, { plan }, { text }, { tables }) {
        await tables.insert("plans", {
          id: `${plan}/${text}`,
          digest: text,
          outcome: "executed",
          sequence: entry.sequence,
        });
      },
    }),
  ].map((type) => [type.type, type] as const),
);
