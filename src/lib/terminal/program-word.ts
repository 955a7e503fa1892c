import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { shellWord } from "../host/shell-word.ts";

/**
 * How this program is called in a shell: by its name if that is found on the path, else by the file of this clone.
 * @param script file that Node.js was started with: it lies beside the program
 * @param path as in PATH
 */
export function programWord(script: string, path: string): string {
  const onPath = path.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, "conclave")));
  const own = join(dirname(script), "conclave");
  return onPath || !existsSync(own) ? "conclave" : shellWord(own);
}
