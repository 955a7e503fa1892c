import { resolve } from "node:path";
import { sha256Hex } from "../crypto/digest.ts";
import { digestWords } from "../crypto/words.ts";
import { isConclaveError } from "../errors.ts";
import { assertCreatable } from "../host/checked-file.ts";
import { readSmallFile } from "../host/files.ts";
import { sparePath } from "../host/planned-output.ts";
import { keyExport } from "../key/export.ts";
import { planExport } from "../key/plan-export.ts";
import { LIMITS } from "../limits.ts";
import { exportSchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import { type ExecutedStep, performPlan } from "./perform-plan.ts";
import type { StepResult } from "./stage.ts";

/** A key leaves, sealed to whoever gets it, as `key export` does it. */
export async function performExport(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const asked = parseValues(ceremony, index, exportSchema);
  const file = resolve(asked.out);
  await using vault = await vaultOf(ceremony, [], { destination: { file } });
  const executed = await performPlan(
    ceremony,
    index,
    vault,
    async () => {
      assertCreatable(file);
      const to = ceremony.stage.exportRecipient(typeof asked.to === "string" ? [asked.to] : asked.to);
      return [await planExport(vault.reader, { key: asked.key, version: asked.version, to })];
    },
    { counts: async (before) => whereIs(before, file) !== undefined },
  );
  if (executed === undefined) return undefined;
  const sha256 = digestIn(executed);
  return {
    lines: [
      { label: "Key", value: asked.key },
      { label: "File", value: whereIs(executed, file) ?? file },
      { label: "SHA-256", value: sha256 },
      { label: "In words", value: digestWords(sha256) },
      { label: "Plan", value: executed.plan },
    ],
  };
}

/** SHA-256 of what left. */
function digestIn({ entries }: ExecutedStep): string {
  return String(entries.find(({ type }) => type === keyExport.name)?.data["output"]);
}

/** Where what was exported lies: another name stands for one that was taken while it was made. */
function whereIs(executed: ExecutedStep, file: string): string | undefined {
  const wanted = digestIn(executed);
  return [file, sparePath(file, executed.plan)].find((path) => digestOf(path) === wanted);
}

function digestOf(path: string): string | undefined {
  try {
    return sha256Hex(readSmallFile(path, LIMITS.documentBytes));
  } catch (error) {
    if (isConclaveError(error, "NOT_FOUND", "INPUT_MALFORMED")) return undefined;
    throw error;
  }
}
