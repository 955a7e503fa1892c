import { basename } from "node:path";
import { ConclaveError, isConclaveError } from "../errors.ts";
import { readSmallFile } from "../host/files.ts";
import { LIMITS } from "../limits.ts";
import { isName } from "../names.ts";
import type { Secret } from "../secret.ts";
import { describeSealed, type SealedDescription } from "../share/age-file.ts";
import { readDocument, ShareDocument } from "../share/document.ts";
import { openWithIdentities } from "../share/recipients.ts";
import { openWithPassphrase } from "../share/sealed-file.ts";
import { type OpenedIdentity, openIdentity } from "./identity-file.ts";
import { parseNamed } from "./named-files.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { askLine, hasTerminal } from "./prompt.ts";
import { askPassphrase } from "./secret-prompt.ts";
import { typedPath, whyUnreadable } from "./typed-path.ts";

/** A share file that a flag names. */
export interface NamedShareFile {
  /** Whose it is: given, or the base name up to the first dot. */
  name: string;
  path: string;
}

/**
 * `[NAME=]FILE` of a flag.
 * @param what is in the file, for the message
 * @throws ConclaveError USAGE if no name can be made of it
 */
export function parseShareFile(value: string, what: "share" | "identity" = "share"): NamedShareFile {
  const equals = value.indexOf("=");
  const given = equals > 0 && isName(value.slice(0, equals)) ? value.slice(0, equals) : undefined;
  const path = given === undefined ? value : value.slice(equals + 1);
  const name = given ?? basename(path).split(".")[0] ?? "";
  if (path === "" || !isName(name)) {
    throw new ConclaveError("USAGE", `${value}: whose ${what} is it?`, { suggestions: ["Write NAME=FILE"] });
  }
  return { name, path };
}

/** Identity files of a repeatable `--identity [NAME=]FILE`, by name. @throws ConclaveError USAGE also for one name twice */
function parseIdentities(values: readonly string[]): Map<string, string> {
  const identities = new Map<string, string>();
  for (const { name, path } of values.map((value) => parseShareFile(value, "identity"))) {
    if (identities.has(name)) throw new ConclaveError("USAGE", `--identity given twice for ${name}`);
    identities.set(name, path);
  }
  return identities;
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

/** What opens share files. */
export interface ShareKeys {
  passphrases: Passphrases;
  /** Identity files by custodian. */
  identities: ReadonlyMap<string, string>;
  /** Told before an identity is opened, so that somebody may think twice where. */
  beforeIdentity?: (name: string, path: string) => void;
}

/**
 * What flags give to open share files with.
 * @param warn told of a passphrase file that others can read
 * @throws ConclaveError USAGE
 */
export function shareKeys(
  flags: { identity: readonly string[]; "passphrase-file": readonly string[] },
  warn: (message: string) => void,
): ShareKeys {
  const files = parseNamed(flags["passphrase-file"], "--passphrase-file");
  return { passphrases: { files, warn }, identities: parseIdentities(flags.identity) };
}

/** Where nobody is asked, what opens each share file must be given before anything begins. @throws ConclaveError USAGE */
export function assertKeysGiven(shares: readonly NamedShareFile[], { passphrases, identities }: ShareKeys): void {
  const missing = shares.find(({ name }) => !passphrases.files.has(name) && !identities.has(name));
  if (missing === undefined) return;
  throw new ConclaveError("USAGE", `no passphrase for ${missing.name}`, {
    suggestions: [
      `Give --passphrase-file ${missing.name}=FILE`,
      `Give --identity ${missing.name}=FILE, if ${missing.name} enrolled`,
    ],
  });
}

/**
 * Open a share file: by its custodian's passphrase or identity, as it is sealed.
 *
 * Where the document doesn't hold the custodian's signing key and an identity was given, the identity's is added. A
 * passphrase file of the custodian opens both the share and the identity, if both want one.
 *
 * @param question how the share's passphrase is asked for
 * @returns the caller's to dispose of
 * @throws ConclaveError NOT_FOUND; USAGE: the passphrase or identity is missing; SHARE_* or IDENTITY_* with the path
 *   before the message
 */
export async function openShare(file: NamedShareFile, keys: ShareKeys, question?: string): Promise<ShareDocument> {
  using opener = new ShareOpener(file, keys);
  return await opener.document(question);
}

/**
 * What a share file says of itself.
 * @throws ConclaveError NOT_FOUND, or SHARE_MALFORMED with the path before the message
 */
export async function describeShareFile(path: string): Promise<SealedDescription> {
  return naming(path, describeSealed(readShareFile(path)));
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

/** Opens one share file, asking once for whatever it takes. Owns the identity that it opened. */
export class ShareOpener implements Disposable {
  readonly #file: NamedShareFile;
  readonly #keys: ShareKeys;
  #identity: OpenedIdentity | undefined;
  #passphrase: string | undefined;

  constructor(file: NamedShareFile, keys: ShareKeys) {
    this.#file = file;
    this.#keys = keys;
  }

  /** The share file's text as it stands there; the caller's to dispose of. @throws as `openShare` */
  async text(question = `${this.#file.name}'s passphrase for ${this.#file.path}`): Promise<Secret> {
    const { path } = this.#file;
    const sealed = readShareFile(path);
    const { sealedTo } = await naming(path, describeSealed(sealed));
    if (sealedTo === "passphrase") return naming(path, openWithPassphrase(sealed, await this.#ask(question)));
    const { ageIdentities } = await this.#openIdentity();
    return naming(path, openWithIdentities(sealed, ageIdentities));
  }

  /** What the text says, with the custodian's signing key; the caller's to dispose of. @throws as `openShare` */
  async document(question?: string): Promise<ShareDocument> {
    using text = await this.text(question);
    const document = await naming(this.#file.path, readText(text));
    const complete = document.custodianSeed !== undefined || !this.#hasIdentity();
    if (complete) return document;
    try {
      const { signingSeed } = await this.#openIdentity();
      return new ShareDocument(document.record, document.pin, signingSeed?.slice(0));
    } catch (error) {
      document[Symbol.dispose]();
      throw error;
    }
  }

  /** Age identities that were opened on the way. */
  get ageIdentities(): readonly string[] {
    return this.#identity?.ageIdentities ?? [];
  }

  [Symbol.dispose](): void {
    this.#identity?.[Symbol.dispose]();
  }

  #hasIdentity(): boolean {
    return this.#identity !== undefined || this.#keys.identities.has(this.#file.name);
  }

  async #openIdentity(): Promise<OpenedIdentity> {
    if (this.#identity !== undefined) return this.#identity;
    const { name, path: share } = this.#file;
    const path = this.#keys.identities.get(name) ?? (await askForIdentity(name, share));
    this.#keys.beforeIdentity?.(name, path);
    this.#identity = await openIdentity(name, path, () => this.#ask(`${name}'s identity passphrase`));
    return this.#identity;
  }

  /** A passphrase file is read once: a descriptor gives its content only once. */
  async #ask(question: string): Promise<string> {
    const { name } = this.#file;
    const { passphrases } = this.#keys;
    if (!passphrases.files.has(name)) return passphraseOf(name, question, passphrases);
    this.#passphrase ??= await passphraseOf(name, question, passphrases);
    return this.#passphrase;
  }
}

async function readText(text: Secret): Promise<ShareDocument> {
  return readDocument(text);
}

async function askForIdentity(name: string, share: string): Promise<string> {
  if (hasTerminal()) {
    const answer = await askLine(`${name}: where is your identity file?`, `--identity ${name}=FILE`, (typed) =>
      whyUnreadable(typedPath(typed)),
    );
    return typedPath(answer);
  }
  throw new ConclaveError("USAGE", `${share}: sealed to ${name}'s identity, and none was given`, {
    suggestions: [`Give --identity ${name}=FILE`],
  });
}

/** What is wrong with a file's content is told with its path. */
async function naming<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (!(cause instanceof ConclaveError)) throw cause;
    throw new ConclaveError(cause.code, `${path}: ${cause.message}`, { suggestions: cause.suggestions, cause });
  }
}
