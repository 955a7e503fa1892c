import { z } from "zod";
import { entryError } from "../audit/entry.ts";
import { entryType } from "../audit/entry-type.ts";
import { digestSchema, nameSchema } from "../names.ts";
import { runIdSchema } from "./run-id.ts";
import { OUTCOMES } from "./transcript.ts";

const endSchema = z.strictObject({
  ceremony: nameSchema,
  outcome: z.enum(OUTCOMES),
  /** Those that were executed in it, in their order. */
  plans: z.array(runIdSchema).max(1000),
  run: runIdSchema,
  /** SHA-256 of the script's file. */
  script: digestSchema,
  /** SHA-256 of the transcript's text, without signatures. */
  transcript: digestSchema,
});

/** A ceremony came to its end, or was stopped; needs no quorum. */
export const ceremonyEnd = entryType({
  type: "ceremony.end",
  data: endSchema,
  async project(entry, { run, ceremony, script, outcome, transcript, plans }, { tables }) {
    if ((await tables.find("ceremonies", { run })) !== undefined) throw entryError(entry, "a run that ended before");
    for (const id of plans) {
      const row = await tables.find("plans", { id });
      if (row?.outcome !== "executed") throw entryError(entry, `plan ${id} was not executed`);
    }
    await tables.insert("ceremonies", {
      run,
      name: ceremony,
      script,
      outcome,
      transcript,
      sequence: entry.sequence,
      ended: entry.time,
    });
  },
});
