import { concat, fromUtf8, utf8 } from "../bytes.ts";
import { generateIdentity, type IdentityKind, identityKind } from "../crypto/age-recipient.ts";
import { generateSigningSeed } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import { isName, NAME_RULE } from "../names.ts";
import { Secret } from "../secret.ts";
import { hexLine, readHexSecret } from "../share/hex-secret.ts";
import { linesOf, valueOfLine } from "../share/lines.ts";
import { openWithPassphrase, SCRYPT_WORK_FACTOR, sealToPassphrase } from "../share/sealed-file.ts";

const SIGNING_KEY = "signing-key";
const REHEARSAL = "rehearsal";

/** Whose an identity is: a custodian's, or that of a witness, who signs transcripts and nothing else. */
const ROLES = ["custodian", "witness"] as const;
export type IdentityRole = (typeof ROLES)[number];

/** Who somebody is at an own desk: a signing key, and an age key that opens what is sealed to a custodian. Owns the seed. */
export class Identity implements Disposable {
  /** The person's. */
  readonly name: string;
  /** The seed of the signing key, 32 bytes. */
  readonly signingSeed: Secret;
  /**
   * `AGE-SECRET-KEY-…`: a secret in a string, since the age library takes no other. Undefined if the custodian's
   * shares are sealed to hardware keys alone, and of a witness.
   */
  readonly ageIdentity: string | undefined;
  /** Of a rehearsal: quick to open, no protection. */
  readonly rehearsal: boolean;
  readonly role: IdentityRole;

  /** @param signingSeed taken over */
  constructor(
    name: string,
    signingSeed: Secret,
    ageIdentity: string | undefined,
    rehearsal: boolean,
    role: IdentityRole = "custodian",
  ) {
    this.role = role;
    this.name = name;
    this.signingSeed = signingSeed;
    this.ageIdentity = ageIdentity;
    this.rehearsal = rehearsal;
  }

  [Symbol.dispose](): void {
    this.signingSeed[Symbol.dispose]();
  }
}

/** What a new identity is to be. */
export interface IdentityRequest {
  /** The custodian's; a name by `isName`. */
  name: string;
  /** Kind of the age key; none if shares are to be sealed to hardware keys alone. */
  age: IdentityKind | "none";
  rehearsal: boolean;
  /** A custodian's if it isn't given. */
  role?: IdentityRole;
}

/**
 * A new identity, of random keys.
 * @returns the identity, the caller's to dispose of, and the recipient of its age key, if it has one
 */
export async function makeIdentity(
  request: IdentityRequest,
): Promise<{ identity: Identity; recipient: string | undefined }> {
  const { name, age, rehearsal, role } = request;
  const made = age === "none" ? undefined : await generateIdentity(age);
  const identity = new Identity(name, generateSigningSeed(), made?.identity, rehearsal, role);
  return { identity, recipient: made?.recipient };
}

/**
 * The text of an identity file before it is sealed.
 *
 * @param identity stays the caller's
 * @returns ASCII with a last line feed; the caller's to dispose of
 * @throws {RangeError} a name or age identity that is none
 */
export function writeIdentity({ name, signingSeed, ageIdentity, rehearsal, role }: Identity): Secret {
  if (!isName(name)) throw new RangeError("the name of an identity is a name");
  if (ageIdentity !== undefined && identityKind(ageIdentity) === undefined) throw new RangeError("no age identity");
  using seedLine = hexLine(SIGNING_KEY, signingSeed);
  return new Secret(
    concat(
      utf8(`This is the identity of ${role} ${name} of Conclave. Keep it secret.\n`),
      utf8(`${role} ${name}\n`),
      seedLine.reveal(),
      utf8(ageIdentity === undefined ? "" : `age ${ageIdentity}\n`),
      utf8(rehearsal ? `${REHEARSAL}\n` : ""),
    ),
  );
}

/**
 * Read the text of an identity file. The signing seed becomes no string.
 *
 * @param source stays the caller's
 * @returns the caller's to dispose of
 * @throws {ConclaveError} IDENTITY_MALFORMED with the line and what was wanted
 */
export function readIdentity(source: Secret): Identity {
  const [, nameLine = new Uint8Array(0), seedLine = new Uint8Array(0), ...rest] = linesOf(source.reveal(), malformed);
  const role = ROLES.find((keyword) => valueOfLine(keyword, nameLine) !== undefined) ?? "custodian";
  const name = valueOfLine(role, nameLine);
  if (name === undefined || !isName(name))
    throw malformed(2, `wanted 'custodian' or 'witness' and a name: ${NAME_RULE}`);

  const last = rest.at(-1);
  const rehearsal = last !== undefined && fromUtf8(last) === REHEARSAL;
  const [ageLine, ...further] = rehearsal ? rest.slice(0, -1) : rest;
  const ageIdentity = ageLine && valueOfLine("age", ageLine);
  if (ageLine !== undefined && (ageIdentity === undefined || identityKind(ageIdentity) === undefined)) {
    throw malformed(4, "wanted 'age' and AGE-SECRET-KEY-…, or 'rehearsal'");
  }
  if (further.length > 0)
    throw malformed(5, ageLine === undefined ? "wanted no further line" : "wanted no line but 'rehearsal'");

  const seed = readHexSecret(SIGNING_KEY, seedLine);
  if (seed === undefined) throw malformed(3, `wanted '${SIGNING_KEY}' and 64 lower-case hexadecimal digits`);
  return new Identity(name, seed, ageIdentity, rehearsal, role);
}

/**
 * Seal an identity to a passphrase, as an armored age file; quick to open in a rehearsal.
 * @param identity stays the caller's
 */
export async function sealIdentity(identity: Identity, passphrase: string): Promise<Uint8Array> {
  using text = writeIdentity(identity);
  return await sealToPassphrase(text, passphrase, SCRYPT_WORK_FACTOR[identity.rehearsal ? "rehearsal" : "production"]);
}

/**
 * Open an identity file.
 *
 * @returns the caller's to dispose of
 * @throws {ConclaveError} SHARE_PASSPHRASE another passphrase; IDENTITY_MALFORMED not an identity file, or damaged
 */
export async function openIdentityFile(sealed: Uint8Array, passphrase: string): Promise<Identity> {
  using text = await openSealed(sealed, passphrase);
  return readIdentity(text);
}

async function openSealed(sealed: Uint8Array, passphrase: string): Promise<Secret> {
  try {
    return await openWithPassphrase(sealed, passphrase);
  } catch (cause) {
    if (!(cause instanceof ConclaveError) || cause.code === "SHARE_PASSPHRASE") throw cause;
    throw new ConclaveError("IDENTITY_MALFORMED", cause.message, { suggestions: cause.suggestions, cause });
  }
}

function malformed(line: number, what: string): ConclaveError {
  return new ConclaveError("IDENTITY_MALFORMED", `line ${line} of the identity: ${what}`, {
    suggestions: ["Use the identity file as Conclave wrote it, or another copy of it"],
  });
}
