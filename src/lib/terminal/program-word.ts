import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { shellWord } from "../host/shell-word.ts";

/**
 * How this program is called in a shell: by its name if that is found on the path, else by the file of this clone.
 * @param root folder of the clone or package
 * @param path as in PATH
 */
export function programWord(root: string, path: string): string {
  const onPath = path.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, "conclave")));
  const own = join(root, "bin", "conclave");
  return onPath || !existsSync(own) ? "conclave" : shellWord(own);
}
