import { basename, resolve } from "node:path";
import { z } from "zod";
import { sha256Hex } from "../crypto/digest.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../crypto/signature.ts";
import { LIMITS } from "../limits.ts";
import { digestSchema, nameSchema } from "../names.ts";
import type { Secret } from "../secret.ts";
import { writeDocument } from "../share/document.ts";
import type { Pin } from "../share/pin.ts";
import { sealToRecipients } from "../share/recipients.ts";
import { quorumTag, vaultPrefix } from "../share/record.ts";
import { SCRYPT_WORK_FACTOR, sealToPassphrase } from "../share/sealed-file.ts";
import { splitSecret } from "../share/shamir.ts";
import type { Share } from "../share/share.ts";
import { shareKey } from "../share/share-key.ts";
import type { QuorumSecretPlace } from "../vault/hierarchy.ts";
import type { Entrusted } from "../vault/unlocked.ts";
import type { NewFile } from "./action.ts";
import type { Manifest, Seat } from "./manifest.ts";
import type { SeatRequest } from "./seat-request.ts";

/** How a new share is sealed. */
type Sealing =
  | { to: "recipients"; recipients: readonly string[] }
  /** The custodian key was made here, and lies in the share file. */
  | { to: "passphrase"; passphrase: string; seed: Secret };

interface NewShare {
  seat: Seat;
  file: string;
  share: Share;
  sealing: Sealing;
}

/** A share file as it will be written. */
export interface SealedShare {
  name: string;
  file: string;
  bytes: Uint8Array;
}

/** Where a share file goes, and what it is, by which it is known again. */
export const shareFilesSchema = z
  .array(z.strictObject({ custodian: nameSchema, path: z.string().max(4096), sha256: digestSchema }))
  .max(LIMITS.custodians);

export function describeShareFiles(shares: readonly SealedShare[]): z.infer<typeof shareFilesSchema> {
  return shares.map(({ name, file, bytes }) => ({ custodian: name, path: file, sha256: sha256Hex(bytes) }));
}

/** The shares of a new generation, before they are sealed. Owns them. */
export class NewShares implements Disposable {
  readonly #owned = new DisposableStack();
  readonly #shares: NewShare[] = [];

  /**
   * Split a quorum secret.
   * @param entrusted passphrases, and keys that go over, of those who have no enrolment
   */
  static async split(
    secret: Secret,
    place: QuorumSecretPlace,
    threshold: number,
    custodians: readonly SeatRequest[],
    entrusted: Entrusted,
  ): Promise<NewShares> {
    const made = new NewShares();
    const shares = await splitSecret(secret, threshold, custodians.length);
    for (const share of shares) made.#owned.use(share);
    for (const [i, custodian] of custodians.entries()) {
      const share = shares[i];
      if (share === undefined) throw new TypeError("a custodian without a share");
      made.#shares.push(made.#seat(custodian, share, place, entrusted));
    }
    return made;
  }

  /** In the order of the request. */
  get seats(): Seat[] {
    return this.#shares.map(({ seat }) => seat);
  }

  /**
   * Seal each share to its custodian.
   * @param vault what people call the vault
   */
  async seal(vault: string, manifest: Manifest, pin: Pin): Promise<SealedShare[]> {
    const sealed: SealedShare[] = [];
    for (const { seat, file, share, sealing } of this.#shares) {
      using text = shareText(vault, manifest, pin, seat.name, share, sealing);
      sealed.push({ name: seat.name, file, bytes: await seal(text, sealing, manifest.rehearsal) });
    }
    return sealed;
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  #seat(custodian: SeatRequest, share: Share, place: QuorumSecretPlace, entrusted: Entrusted): NewShare {
    const { name, shareFile, enrolment } = custodian;
    const file = resolve(shareFile);
    const keys = { name, x: share.x, shareKey: publicKeyOf(shareKey(share, { ...place, custodian: name })) };
    if (enrolment !== undefined) {
      const { custodianKey, recipients, checked } = enrolment;
      const words = checked ? ("checked" as const) : ("unchecked" as const);
      const seat: Seat = { ...keys, custodianKey, recipients: [...recipients], key: "own", enrolment: words };
      return { seat, file, share, sealing: { to: "recipients", recipients } };
    }
    const passphrase = entrusted.passphrases.get(name);
    if (passphrase === undefined) throw new TypeError("a custodian without a passphrase");
    const carried = entrusted.custodianSeeds.get(name);
    const seed = this.#owned.use(carried?.slice(0) ?? generateSigningSeed());
    const seat: Seat = {
      ...keys,
      custodianKey: publicKeyOf(signingKey(seed)),
      recipients: [],
      key: "host",
      enrolment: null,
    };
    return { seat, file, share, sealing: { to: "passphrase", passphrase, seed } };
  }
}

/** Name of a share file while it is being written: one that a crash left is found by it. */
export function temporaryName(file: string, custodian: string, vault: string): string {
  return `.${custodian}.${basename(file)}.${vault}`;
}

/** The files of an act that makes shares. */
export function newFiles(shares: readonly SealedShare[], vault: string): NewFile[] {
  return shares.map(({ name, file, bytes }) => ({ path: file, temporary: temporaryName(file, name, vault), bytes }));
}

function shareText(vault: string, manifest: Manifest, pin: Pin, name: string, share: Share, sealing: Sealing): Secret {
  const { rehearsal, threshold, generation, quorum, custodians } = manifest;
  const total = custodians.length;
  const kind = rehearsal ? "REHEARSAL share" : "share";
  return writeDocument({
    sentence: `This is ${name}'s ${kind} of quorum ${manifest.name} of the Conclave vault ${vault}; ${threshold} of ${total} open it. Keep it secret.`,
    record: {
      rehearsal,
      vaultPrefix: vaultPrefix(pin.vault),
      quorumTag: quorumTag(quorum),
      generation,
      threshold,
      total,
      share,
    },
    pin,
    ...(sealing.to === "passphrase" && { custodianSeed: sealing.seed }),
  });
}

async function seal(text: Secret, sealing: Sealing, rehearsal: boolean): Promise<Uint8Array> {
  if (sealing.to === "recipients") return sealToRecipients(text, sealing.recipients);
  return sealToPassphrase(text, sealing.passphrase, SCRYPT_WORK_FACTOR[rehearsal ? "rehearsal" : "production"]);
}
