import { concat, fromHex, utf8 } from "../../src/lib/bytes.ts";
import { Secret } from "../../src/lib/secret.ts";
import { encodeBech32m } from "../../src/lib/share/bech32m.ts";
import { type ShareDocument, writeDocument } from "../../src/lib/share/document.ts";
import type { Pin } from "../../src/lib/share/pin.ts";
import type { ShareRecord } from "../../src/lib/share/record.ts";
import { sealToPassphrase } from "../../src/lib/share/sealed-file.ts";
import { Share } from "../../src/lib/share/share.ts";
import type { MadeVault } from "./vault.ts";

/** What a forger changes of a share; the checksum of the record is made anew. */
export interface Forgery {
  record?: Partial<ShareRecord>;
  pin?: Partial<Pin>;
  /** undefined: without a custodian key. */
  seed?: Secret | undefined;
}

/** The text of a share file with some of it changed. */
export function forgedText({ record, pin, custodianSeed }: ShareDocument, forgery: Forgery): Secret {
  if (pin === undefined) throw new TypeError("a record alone");
  const seed = "seed" in forgery ? forgery.seed : custodianSeed;
  return writeDocument({
    sentence: "This is a forged share.",
    record: { ...record, ...forgery.record },
    pin: { ...pin, ...forgery.pin },
    ...(seed !== undefined && { custodianSeed: seed }),
  });
}

/** A record alone, with any bytes changed, also to what no program writes. */
export function forgedRecord({ record }: ShareDocument, change: (bytes: Uint8Array) => void): Secret {
  const { generation, threshold, total, share } = record;
  const head = concat(Uint8Array.of(1), fromHex(record.vaultPrefix + record.quorumTag));
  const bytes = concat(head, Uint8Array.of(generation >> 8, generation & 255, threshold, total), share.bytes.reveal());
  change(bytes);
  return new Secret(concat(encodeBech32m(record.rehearsal ? "cvr" : "cvs", bytes), utf8("\n")));
}

/** The same share with some of its bytes changed: y is 0 to 31, x is 32. */
export function changedShare(share: Share, change: (bytes: Uint8Array) => void): Share {
  const bytes = share.bytes.slice(0);
  change(bytes.reveal());
  return new Share(bytes);
}

/** A text sealed to a custodian's own passphrase, as quickly as in a rehearsal. */
export async function sealedAs(made: MadeVault, name: string, text: Secret): Promise<Uint8Array> {
  return sealToPassphrase(text, made.passphrase(name), 10);
}
