import { basename } from "node:path";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { isName } from "../names.ts";
import { readDocument, type ShareDocument } from "../share/document.ts";
import { describeSealed, openWithPassphrase, type SealedDescription } from "../share/sealed-file.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { hasTerminal } from "./prompt.ts";
import { askPassphrase } from "./secret-prompt.ts";

/** A share file that a flag names. */
export interface NamedShareFile {
  /** Whose it is: given, or the base name up to the first dot. */
  name: string;
  path: string;
}

/** `[NAME=]FILE` of a flag. @throws ConclaveError USAGE if no name can be made of it */
export function parseShareFile(value: string): NamedShareFile {
  const equals = value.indexOf("=");
  const given = equals > 0 && isName(value.slice(0, equals)) ? value.slice(0, equals) : undefined;
  const path = given === undefined ? value : value.slice(equals + 1);
  const name = given ?? basename(path).split(".")[0] ?? "";
  if (path === "" || !isName(name)) {
    throw new ConclaveError("USAGE", `${value}: whose share is it?`, { suggestions: ["Write NAME=FILE"] });
  }
  return { name, path };
}

/** Where passphrases come from: files by name, else the terminal. */
export interface Passphrases {
  files: ReadonlyMap<string, string>;
  warn: (message: string) => void;
}

/** The passphrase of `name`. @throws ConclaveError USAGE if there is neither a file nor a terminal */
export async function passphraseOf(name: string, question: string, { files, warn }: Passphrases): Promise<string> {
  const file = files.get(name);
  if (file !== undefined) return readPassphraseFile(file, warn);
  if (!hasTerminal())
    throw new ConclaveError("USAGE", `no passphrase for ${name}`, {
      suggestions: [`Give --passphrase-file ${name}=FILE`],
    });
  return askPassphrase(question);
}

/**
 * Open a sealed share file.
 * @returns the caller's to dispose of
 * @throws ConclaveError NOT_FOUND, or SHARE_* with the path before the message
 */
export async function openShareFile(path: string, passphrase: string): Promise<ShareDocument> {
  return naming(path, async (sealed) => {
    using opened = await openWithPassphrase(sealed, passphrase);
    return readDocument(opened);
  });
}

/**
 * What a share file says of itself.
 * @throws ConclaveError NOT_FOUND, or SHARE_MALFORMED with the path before the message
 */
export async function describeShareFile(path: string): Promise<SealedDescription> {
  return naming(path, describeSealed);
}

/** The bytes of a share file, still sealed. @throws ConclaveError NOT_FOUND, SHARE_MALFORMED, HOST_IO */
export function readShareFile(path: string): Uint8Array {
  try {
    return readSmallFile(path, LIMITS.shareFileBytes);
  } catch (cause) {
    if (!isConclaveError(cause, "INPUT_MALFORMED")) throw cause;
    throw new ConclaveError("SHARE_MALFORMED", cause.message, { cause });
  }
}

/** Read a file; what is wrong with its content is told with its path. */
async function naming<T>(path: string, read: (sealed: Uint8Array) => Promise<T>): Promise<T> {
  const sealed = readShareFile(path);
  try {
    return await read(sealed);
  } catch (cause) {
    if (!(cause instanceof ConclaveError)) throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}
