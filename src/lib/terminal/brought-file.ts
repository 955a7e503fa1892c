import { statSync } from "node:fs";
import { basename } from "node:path";
import { ConclaveError } from "../errors.ts";
import { ioExplained, readSmallFile } from "../host/files.ts";
import type { BroughtKey } from "../key/brought-key.ts";
import { type KeyFormat, type KeyReading, readKeyFile } from "../key/key-file.ts";
import { LIMITS } from "../limits.ts";
import { Secret } from "../secret.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { askPassphrase } from "./secret-prompt.ts";
import { readStandardInput } from "./standard-input.ts";

/** A key that came in a file, or through a pipe. */
export interface BroughtFile {
  name: string;
  format: KeyFormat;
  /** Its material is the caller's to dispose of. */
  key: BroughtKey;
}

/**
 * Read a key from a file, or from standard input.
 *
 * @param path `-` is standard input
 * @param reading how, but for the passphrase
 * @param passphraseFile what opens an encrypted key; without it, somebody is asked
 * @throws ConclaveError NOT_FOUND, HOST_IO, USAGE, INPUT_MALFORMED, REFUSED
 */
export async function readBroughtFile(
  path: string,
  reading: Omit<KeyReading, "passphrase">,
  passphraseFile: string | undefined,
  warn: (message: string) => void,
): Promise<BroughtFile> {
  const name = path === "-" ? "standard input" : basename(path);
  const passphrase = async () =>
    passphraseFile === undefined
      ? askPassphrase(`Passphrase of ${name}`, "--key-passphrase-file FILE")
      : readPassphraseFile(passphraseFile, warn);
  using bytes = path === "-" ? readPipe() : readFile(path, warn);
  const { format, key } = await readKeyFile(bytes.reveal(), { ...reading, passphrase });
  return { name, format, key };
}

function readFile(path: string, warn: (message: string) => void): Secret {
  const bytes = new Secret(readSmallFile(path, LIMITS.importBytes));
  if ((ioExplained(path, () => statSync(path)).mode & 0o044) !== 0) {
    warn(`${path} holds a key and can be read by others than its owner: chmod 600 it`);
  }
  return bytes;
}

function readPipe(): Secret {
  if (process.stdin.isTTY === true) {
    throw new ConclaveError("USAGE", "--in -: standard input is a terminal", {
      suggestions: ["Give the key through a pipe, or as a file: --in FILE"],
    });
  }
  using whole = new Secret(new Uint8Array(LIMITS.importBytes + 1));
  let length = 0;
  for (;;) {
    const count = readStandardInput(whole.reveal(), length);
    if (count === 0) return whole.slice(0, length);
    length += count;
    if (length > LIMITS.importBytes) {
      throw new ConclaveError("INPUT_MALFORMED", `standard input: more than ${LIMITS.importBytes} bytes`);
    }
  }
}
