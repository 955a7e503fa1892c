import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { digestWords } from "../crypto/words.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { StagedFile } from "../host/staged-file.ts";
import { keyExport } from "../key/export.ts";
import { planExport } from "../key/plan-export.ts";
import { exportSchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { performPlan } from "./perform-plan.ts";
import type { StepResult } from "./stage.ts";

/** A key leaves, sealed to whoever gets it, as `key export` does it. */
export async function performExport(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const asked = parseValues(ceremony, index, exportSchema);
  const file = resolve(asked.out);
  await using vault = await vaultOf(ceremony, [], { output: () => new StagedFile(file) });
  const executed = await performPlan(
    ceremony,
    index,
    vault,
    async () => {
      assertCreatable(file);
      const to = ceremony.stage.exportRecipient(typeof asked.to === "string" ? [asked.to] : asked.to);
      return [await planExport(vault.reader, { key: asked.key, version: asked.version, to })];
    },
    { counts: async () => existsSync(file) },
  );
  if (executed === undefined) return undefined;
  const effect = executed.entries.find(({ type }) => type === keyExport.name);
  const sha256 = String(effect?.data["output"]);
  return {
    lines: [
      { label: "Key", value: asked.key },
      { label: "File", value: file },
      { label: "SHA-256", value: sha256 },
      { label: "In words", value: digestWords(sha256) },
      { label: "Plan", value: executed.plan },
    ],
  };
}
