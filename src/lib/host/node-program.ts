import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** The Node.js that runs us: a third party's package, so its digest can be compared with what others have. */
export interface NodeProgram {
  version: string;
  path: string;
  /** SHA-256 of the binary. */
  sha256: string;
  flags: readonly string[];
}

/** Describe the running Node.js; reads the whole binary, some 0.2 s. */
export async function describeNode(): Promise<NodeProgram> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(process.execPath, { highWaterMark: 1024 * 1024 }), hash);
  const { version, execPath, execArgv } = process;
  return { version, path: execPath, sha256: hash.digest("hex"), flags: execArgv };
}
