import type { z } from "zod";
import { ConclaveError } from "../errors.ts";
import { firstIssue } from "../json.ts";
import type { Ceremony } from "./ceremony.ts";
import { valuesOf } from "./script.ts";

/** The parameters of a step, as what takes them wants them. @throws ConclaveError INPUT_MALFORMED naming the step */
export function parseValues<S extends z.ZodType>(
  { script }: Pick<Ceremony, "script">,
  index: number,
  schema: S,
): z.infer<S> {
  const step = script.steps[index];
  if (step === undefined) throw new RangeError(`no step ${index}`);
  const parsed = schema.safeParse(valuesOf(step));
  if (parsed.success) return parsed.data;
  throw new ConclaveError("INPUT_MALFORMED", `step ${index + 1}: ${firstIssue(parsed.error.issues)}`);
}
