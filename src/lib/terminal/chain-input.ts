import { ChainFile } from "../audit/chain-file.ts";
import type { ByteSource } from "../audit/line-source.ts";
import { FileSource } from "../host/stream-file.ts";
import { readStandardInput } from "./standard-input.ts";

/** An exported chain that is open, until it is disposed of. */
export interface OpenChain extends Disposable {
  file: ChainFile;
}

/**
 * Open an exported chain.
 * @param path `-` is standard input
 * @throws ConclaveError NOT_FOUND, HOST_IO, INPUT_MALFORMED
 */
export function openChainFile(path: string): OpenChain {
  if (path === "-") return { file: new ChainFile(standardInput, "standard input"), [Symbol.dispose]: () => undefined };
  const source = new FileSource(path);
  try {
    return { file: new ChainFile(source, path), [Symbol.dispose]: () => source[Symbol.dispose]() };
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

const standardInput: ByteSource = {
  read(into) {
    let length = 0;
    while (length < into.length) {
      const count = readStandardInput(into, length);
      if (count === 0) break;
      length += count;
    }
    return into.subarray(0, length);
  },
};
