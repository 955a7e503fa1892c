import { basename } from "node:path";
import { utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { isName } from "../names.ts";
import type { Secret } from "../secret.ts";
import { describeSealed, type SealedDescription } from "../share/age-file.ts";
import { readDocument, ShareDocument } from "../share/document.ts";
import type { PaperForm } from "../share/paper.ts";
import { openWithIdentities } from "../share/recipients.ts";
import { looksLikeRecord, type ShareRecord } from "../share/record.ts";
import { looksLikeWords, tokensOf } from "../share/record-words.ts";
import { openWithPassphrase } from "../share/sealed-file.ts";
import { type OpenedIdentity, openIdentity } from "./identity-file.ts";
import { parseNamed } from "./named-files.ts";
import { readPassphraseFile } from "./passphrase-file.ts";
import { askLine, hasTerminal } from "./prompt.ts";
import { askPassphrase } from "./secret-prompt.ts";
import { liesOpen, openPaper, readShare, readShareFile, STANDARD_INPUT } from "./share-content.ts";
import { typedPath, whyUnreadable } from "./typed-path.ts";
import type { TypedForm } from "./typed-share.ts";

/** A share that a flag names, or a person. */
export interface NamedShareFile {
  /** Whose it is: given, or the base name up to the first dot. */
  name: string;
  /** Of a file, or `-`; of what is typed, how to call it in a message. */
  path: string;
  /** If it is typed on the terminal. */
  typed?: TypedForm;
}

/**
 * `[NAME=]FILE` of a flag.
 * @param what is in the file, for the message
 * @throws ConclaveError USAGE if no name can be made of it
 */
export function parseShareFile(value: string, what: "share" | "identity" = "share"): NamedShareFile {
  assertNoSecret(value);
  const equals = value.indexOf("=");
  const given = equals > 0 && isName(value.slice(0, equals)) ? value.slice(0, equals) : undefined;
  const path = given === undefined ? value : value.slice(equals + 1);
  const name = given ?? basename(path).split(".")[0] ?? "";
  if (path === "" || !isName(name)) {
    throw new ConclaveError("USAGE", `${value}: whose ${what} is it?`, { suggestions: ["Write NAME=FILE"] });
  }
  return { name, path };
}

/** A record or words in place of a file's name: others see the command line, and so does the shell's history. */
function assertNoSecret(value: string): void {
  const text = utf8(value.slice(value.indexOf("=") + 1).trimStart());
  if (!looksLikeRecord(text) && !(tokensOf(text).length >= 12 && looksLikeWords(text))) return;
  throw new ConclaveError("USAGE", "a share itself must not stand on the command line, where others can read it", {
    suggestions: ["Write NAME=- and type it when you are asked, or name a file", "Treat this share as seen"],
  });
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
  const missing = shares.find(
    (share) => !passphrases.files.has(share.name) && !identities.has(share.name) && !liesOpen(share),
  );
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

/** What a share that lies open says. */
export interface OpenDescription {
  sealedTo: "nothing";
  form: PaperForm;
  /** In bytes, as it lies there. */
  size: number;
  /** All but the share itself. */
  record: Omit<ShareRecord, "share"> & { x: number };
}

/**
 * What a share file says of itself.
 * @throws ConclaveError NOT_FOUND, or SHARE_MALFORMED, SHARE_DAMAGED with the path before the message
 */
export async function describeShareFile(path: string): Promise<SealedDescription | OpenDescription> {
  using content = readShareFile(path);
  return await naming(path, describe(content)); // while the content is there
}

async function describe(content: Secret): Promise<SealedDescription | OpenDescription> {
  const paper = openPaper(content);
  if (paper === undefined) return describeSealed(content.reveal());
  using text = paper.text;
  using document = readDocument(text);
  const { share, ...record } = document.record;
  return { sealedTo: "nothing", form: paper.form, size: content.length, record: { ...record, x: share.x } };
}

/** Opens one share file, asking once for whatever it takes; one that lies open needs nothing. Owns the identity that it opened. */
export class ShareOpener implements Disposable {
  readonly #file: NamedShareFile;
  readonly #keys: ShareKeys;
  #identity: OpenedIdentity | undefined;
  #passphrase: string | undefined;

  constructor(file: NamedShareFile, keys: ShareKeys) {
    this.#file = file;
    this.#keys = keys;
  }

  /** The share file's text as it stands there, or would in a sealed one; the caller's to dispose of. @throws as `openShare` */
  async text(question = `${this.#file.name}'s passphrase for ${this.#file.path}`): Promise<Secret> {
    const { path } = this.#file;
    using content = await readShare(this.#file);
    const open = await naming(path, openText(content));
    if (open !== undefined) {
      this.#warnOfOpen();
      return open;
    }
    const sealed = content.reveal();
    const { sealedTo } = await naming(path, describeSealed(sealed));
    if (sealedTo === "passphrase") return await naming(path, openWithPassphrase(sealed, await this.#ask(question)));
    const { ageIdentities } = await this.#openIdentity();
    return await naming(path, openWithIdentities(sealed, ageIdentities));
  }

  /** What the text says, with the custodian's signing key; the caller's to dispose of. @throws as `openShare` */
  async document(question?: string): Promise<ShareDocument> {
    using text = await this.text(question);
    const document = await naming(this.#file.path, readText(text));
    const complete = document.custodianSeed !== undefined || !this.#hasIdentity();
    if (complete) return document;
    try {
      const { signingSeed } = await this.#openIdentity();
      return new ShareDocument(document.record, document.pin, signingSeed?.slice(0), document.sentence);
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

  /** A file that stays where it is can be read by others; what was typed, or came through a pipe, can't. */
  #warnOfOpen(): void {
    const { path, typed } = this.#file;
    if (typed !== undefined || path === STANDARD_INPUT) return;
    this.#keys.passphrases.warn(`${path} is not sealed: whoever reads it has the share`);
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

async function openText(content: Secret): Promise<Secret | undefined> {
  return openPaper(content)?.text;
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
