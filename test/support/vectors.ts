import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Folder of other people's published test vectors, which are read where they lie and never copied. */
const FOLDER = process.env["CONCLAVE_VECTORS"] ?? "../shared/vectors";

/** Whether this clone has the vectors; without them the tests that need them are skipped, by name. */
export const haveVectors = existsSync(FOLDER);

/** The vectors of a JSON file in the folder; a name that ends in `.gz` is unpacked first. */
export function readVectors<T>(...path: string[]): T {
  return JSON.parse(readVectorText(...path));
}

/** The same of a file that is no JSON. */
export function readVectorText(...path: string[]): string {
  const bytes = readFileSync(join(FOLDER, ...path));
  return (path.at(-1)?.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
