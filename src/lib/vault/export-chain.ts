import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { writeChainFile } from "../audit/chain-file.ts";
import { assertAbsent } from "../host/checked-file.ts";
import { ioExplained, nameExclusively, removeIfThere, syncDirectory, temporaryName } from "../host/files.ts";
import { FileSink } from "../host/stream-file.ts";
import type { Vault } from "./vault.ts";

/** An export as it was written. */
export interface WrittenChain {
  entries: number;
  sha256: string;
}

/**
 * Export the chain of a vault, as it stands at one moment, with constant memory.
 *
 * @param to the path of a new file, which is there whole or not at all; or what takes the bytes, some at a time
 * @throws ConclaveError EXISTS, HOST_IO, INTEGRITY
 */
export async function exportChain(vault: Vault, to: string | ((bytes: Uint8Array) => void)): Promise<WrittenChain> {
  if (typeof to !== "string") return writeChain(vault, to);
  const path = to;
  assertAbsent(path);
  const temporary = join(dirname(path), temporaryName(path));
  try {
    ioExplained(path, () => removeIfThere(temporary)); // of a process of this number that was killed
    const written = await writeInto(vault, temporary);
    ioExplained(path, () => {
      nameExclusively(temporary, path);
      syncDirectory(dirname(path));
    });
    return written;
  } catch (error) {
    ioExplained(path, () => removeIfThere(temporary));
    throw error;
  }
}

async function writeInto(vault: Vault, temporary: string): Promise<WrittenChain> {
  using sink = new FileSink(temporary);
  const written = await writeChain(vault, (bytes) => sink.write(bytes));
  sink.sync();
  return written;
}

async function writeChain(vault: Vault, put: (bytes: Uint8Array) => void): Promise<WrittenChain> {
  const hash = createHash("sha256");
  const entries = await vault.snapshot((reader) =>
    writeChainFile(reader, vault.identity.id, (bytes) => {
      hash.update(bytes);
      put(bytes);
    }),
  );
  return { entries, sha256: hash.digest("hex") };
}
