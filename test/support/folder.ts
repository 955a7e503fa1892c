import { createHash } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Each file and folder below `folder` by its path, with its mode and the SHA-256 of its bytes. */
export async function snapshotOf(folder: string): Promise<Record<string, string>> {
  const snapshot: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const status = await lstat(join(folder, name));
    const bytes = status.isFile() ? await readFile(join(folder, name)) : "";
    snapshot[name] = `${status.mode.toString(8)} ${createHash("sha256").update(bytes).digest("hex")}`;
  }
  return snapshot;
}
