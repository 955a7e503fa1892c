import { z } from "zod";
import { scriptSchema } from "./script.ts";
import { SCRIPTED_ACTIONS } from "./scripted-action.ts";

/** JSON Schema (2020-12) of a script, for editors; `lint` knows more. */
export function scriptJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scriptSchema, {
    io: "input",
    override({ path, jsonSchema }) {
      if (path.at(-1) === "action" && jsonSchema.type === "string") jsonSchema.enum = [...SCRIPTED_ACTIONS.keys()];
    },
  });
  return { title: "Conclave ceremony script", ...schema };
}
