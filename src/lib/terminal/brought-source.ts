import { basename } from "node:path";
import { sha256Hex } from "../crypto/digest.ts";
import { ConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import type { Algorithm } from "../key/algorithm.ts";
import type { ImportSource } from "../key/import-source.ts";
import type { KeyFormat } from "../key/key-file.ts";
import { componentsSource, fileSource, wrappedSource } from "../key/plan-import.ts";
import type { KeyRequest } from "../key/request.ts";
import { transferSource } from "../key/transfer-source.ts";
import { LIMITS } from "../limits.ts";
import type { Secret } from "../secret.ts";
import type { Vault } from "../vault/vault.ts";
import { readBroughtFile } from "./brought-file.ts";
import { comparedWords } from "./export-flags.ts";
import { askComponents } from "./typed-components.ts";

/** Where a key comes from, as flags say it. */
export interface SourceFlags {
  /** Of which algorithm it is taken to be if it doesn't say it. */
  assumed: Algorithm | undefined;
  algorithm: Algorithm | undefined;
  in: string | undefined;
  wrapped: string | undefined;
  "wrapping-key": string | undefined;
  transfer: string | undefined;
  words: string | undefined;
  components: "2" | "3" | undefined;
  format: KeyFormat | undefined;
  kid: string | undefined;
  "key-passphrase-file": string | undefined;
}

/** A key that was brought. */
export interface Brought {
  algorithm: Algorithm;
  /** The caller's to dispose of; undefined while it is wrapped. */
  material: Secret | undefined;
  /** What the plan says of it, once the key is there by which it commits to secrets. */
  source: (commitmentKey: Secret) => ImportSource;
  /** Of a key that another vault sent. */
  sent?: Sent;
}

/** What another vault says of a key that it sent. */
export type Sent = Pick<KeyRequest, "usages" | "tag" | "cryptoperiod">;

/**
 * Take a key from where the flags say: read a file, name a wrapped one or one that was sent, or let custodians type components.
 * @param prepare looks whether it can come in, before components are typed, and names the custodians who may type one
 * @throws ConclaveError USAGE, and of whatever is wrong with the key
 */
export async function bringKey(
  vault: Vault,
  flags: SourceFlags,
  prepare: (algorithm: Algorithm) => Promise<string[]>,
  warn: (message: string) => void,
): Promise<Brought> {
  if (flags.transfer !== undefined) return nameSent(vault, flags.transfer, flags);
  if (flags.words !== undefined) throw new ConclaveError("USAGE", "--words are those of --transfer FILE");
  if (flags.in !== undefined) {
    const { name, format, key } = await readBroughtFile(flags.in, flags, flags["key-passphrase-file"], warn);
    const file = { name, format, kid: flags.kid };
    return {
      algorithm: key.algorithm,
      material: key.material,
      source: (commitmentKey) => fileSource(file, key, commitmentKey),
    };
  }
  const algorithm = flags.algorithm ?? flags.assumed;
  if (algorithm === undefined || (flags.wrapped ?? flags.components) === undefined) throw fromNowhere();
  if (flags.wrapped !== undefined) return nameWrapped(vault, flags.wrapped, flags["wrapping-key"] ?? "", algorithm);

  const { key, custodians } = await askComponents(algorithm, Number(flags.components), await prepare(algorithm));
  return {
    algorithm,
    material: key.material,
    source: (commitmentKey) => componentsSource(custodians, key, commitmentKey),
  };
}

async function nameWrapped(vault: Vault, path: string, wrappingKey: string, algorithm: Algorithm): Promise<Brought> {
  const file = { name: basename(path), bytes: readSmallFile(path, LIMITS.importBytes) };
  if (file.bytes.length === 0) throw new ConclaveError("INPUT_MALFORMED", `${path}: nothing is in it`);
  const source = await wrappedSource(vault.reader, wrappingKey, file);
  return { algorithm, material: undefined, source: () => source };
}

async function nameSent(vault: Vault, path: string, { algorithm: told, words }: SourceFlags): Promise<Brought> {
  const file = { name: basename(path), bytes: readSmallFile(path, LIMITS.importBytes) };
  const compared = comparedWords(path, sha256Hex(file.bytes), words);
  const { source, transfer } = await transferSource(vault.reader, file, compared);
  const { algorithm, tags, cryptoperiodSeconds } = transfer.key;
  if (told !== undefined && told !== algorithm)
    throw new ConclaveError("USAGE", `the key is of ${algorithm}, not of ${told}`);
  const sent = {
    usages: source.usages,
    tag: Object.entries(tags).map(([name, value]) => `${name}=${value}`),
    cryptoperiod: cryptoperiodSeconds === null ? undefined : `${cryptoperiodSeconds}s`,
  };
  return { algorithm, material: undefined, source: () => source, sent };
}

function fromNowhere(): ConclaveError {
  return new ConclaveError("USAGE", "where does the key come from, and of which algorithm is it?", {
    suggestions: ["Give --in FILE", "Or --transfer FILE, or --wrapped FILE, or --components N, with --algorithm"],
  });
}
