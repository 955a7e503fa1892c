import { concat, utf8 } from "../bytes.ts";
import { ConclaveError } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { ShareDocument } from "../share/document.ts";
import type { Pin } from "../share/pin.ts";
import { encodeRecord, type ShareRecord } from "../share/record.ts";
import { encodeWords, tokensOf } from "../share/record-words.ts";

const GROUP = 4;
const GROUPS_A_LINE = 5;
const SPACE = 0x20;

/** What a card for paper says of a share, and the share in three forms. Owns them. */
export class ShareCard implements Disposable {
  readonly custodian: string;
  /** What the share file says of itself: foreign. */
  readonly sentence: string | undefined;
  readonly record: Omit<ShareRecord, "share"> & { x: number };
  readonly pin: Pin | undefined;
  /** When it is printed. */
  readonly time: string;
  /** The record's text, in lower case. */
  readonly text: Secret;
  /** Lines of the record in upper case, in groups of four, five groups a line. */
  readonly lines: readonly Secret[];
  /** The record's words. */
  readonly words: readonly Secret[];

  /**
   * @param document stays the caller's
   * @throws {ConclaveError} SHARE_OTHER_CUSTODIAN: the share file says that it is another's
   */
  constructor(custodian: string, document: ShareDocument, time: string) {
    const { share, ...record } = document.record;
    assertOwner(custodian, document.sentence);
    this.custodian = custodian;
    this.sentence = document.sentence;
    this.record = { ...record, x: share.x };
    this.pin = document.pin;
    this.time = time;
    this.text = encodeRecord(document.record);
    this.lines = linesOf(this.text);
    using words = encodeWords(document.record);
    this.words = tokensOf(words.reveal()).map((word) => new Secret(Uint8Array.from(word)));
  }

  /** What tells this share from others, line by line. */
  get facts(): readonly (readonly [name: string, value: string])[] {
    const { generation, threshold, total, x, quorumTag, vaultPrefix } = this.record;
    const { pin } = this;
    return [
      ["Custodian", this.custodian],
      ["Quorum", `id ${quorumTag}..., generation ${generation}: any ${threshold} of ${total} shares open it`],
      ["This share", `number ${x}`],
      ["Vault", pin?.vault ?? `${vaultPrefix}... (the first 16 digits of its id)`],
      ...(pin === undefined
        ? []
        : ([
            ["Genesis", pin.genesis],
            ["Manifest", pin.manifest],
          ] as const)),
      ["Printed", this.time],
    ];
  }

  [Symbol.dispose](): void {
    for (const secret of [this.text, ...this.lines, ...this.words]) secret[Symbol.dispose]();
  }
}

/** What a card advises, under headings; printable ASCII. */
export function cardAdvice({ custodian, record }: ShareCard): readonly (readonly [heading: string, text: string])[] {
  const { threshold, generation, rehearsal } = record;
  return [
    [
      "What this is",
      `${rehearsal ? "A rehearsal share, for practice, worth nothing. " : ""}A share of a vault of Conclave. Any ${threshold} shares of this quorum and a copy of the vault open every key under it; one share alone opens nothing. Record, words and QR code are the same share in three forms.`,
    ],
    [
      "What it counts for",
      `This paper proves the share, not who brings it. Alone it counts only in a recovery: restore, and quorum rekey. With ${custodian}'s identity (--identity ${custodian}=FILE) it counts wherever the share file does.`,
    ],
    [
      "Who must never see it",
      `Anybody but ${custodian}. So no other custodian, nobody who runs the host; no camera, no photograph, no copier or printer that others use. If somebody saw it: tell the other custodians today, and let the quorum be rekeyed.`,
    ],
    [
      "What to do with it",
      `Compare it with the screen, or read it back: conclave share verify ${custodian}=- and type it. Then seal it in an envelope that shows if it was opened, and keep that in a safe, apart from other shares and from copies of the vault. It is good for generation ${generation} only: after a rekey, keep it until a backup of the new generation was verified, then burn it.`,
    ],
    [
      "In ten years",
      `Wherever Conclave asks for a share: answer record or words and type it; in place of a file, ${custodian}=- asks for it too. Case and spaces don't matter; a typo is found and located. Keep the vault's backups: a share without one opens nothing. Formats: docs/formats/share-record.md. The record is bech32m (BIP-350) of 48 bytes: version 1, vault 8, quorum 2, generation 2, M 1, N 1, share 33 (y 32, x 1). The words are BIP-39's English list over these 384 bits and 12 bits of SHA-256 (inverted in rehearsals). Shares: Shamir, GF(2^8), x^8+x^4+x^3+x+1.`,
    ],
  ];
}

/** Texts and secrets, one after the other. @returns the caller's to dispose of; the secrets stay the caller's */
export function joinSecret(parts: readonly (string | Secret)[]): Secret {
  return new Secret(concat(...parts.map((part) => (typeof part === "string" ? utf8(part) : part.reveal()))));
}

/** The sentence is no proof; but a card must not bear another's name than the file does. */
function assertOwner(custodian: string, sentence: string | undefined): void {
  const named = /^This is ([A-Za-z0-9._-]+)'s /.exec(sentence ?? "")?.[1];
  if (named === undefined || named === custodian) return;
  throw new ConclaveError(
    "SHARE_OTHER_CUSTODIAN",
    `the share file says that it holds ${named}'s share, not ${custodian}'s`,
    {
      suggestions: [`Give it as ${named}'s: ${named}=FILE`],
    },
  );
}

function linesOf(text: Secret): Secret[] {
  const width = GROUP * GROUPS_A_LINE;
  return Array.from({ length: Math.ceil(text.length / width) }, (_, i) => {
    using line = text.slice(i * width, (i + 1) * width);
    const grouped = new Uint8Array(line.length + Math.ceil(line.length / GROUP) - 1).fill(SPACE);
    for (const [at, byte] of line.reveal().entries()) {
      const letter = byte >= 0x61 && byte <= 0x7a;
      grouped[at + Math.floor(at / GROUP)] = letter ? byte - 0x20 : byte;
    }
    return new Secret(grouped);
  });
}
