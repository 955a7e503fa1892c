import { existsSync } from "node:fs";
import * as Flags from "@oclif/core/flags";
import { recipientKind, recipientsProblem } from "../crypto/age-recipient.ts";
import { areWordsOf } from "../crypto/words.ts";
import { ConclaveError } from "../errors.ts";
import { type ExportRecipient, RSA_MECHANISMS, type RsaMechanism } from "../key/export-recipient.ts";
import { transferRequestDigest } from "../key/transfer-request.ts";
import { noneByDefault } from "./flags.ts";
import { type FoundRecipient, readRecipientFile } from "./recipient-file.ts";

/** The flag that compares a document with what its makers read aloud. */
export const wordsFlag = {
  words: Flags.string({ summary: "the twelve words of the other vault's file, as heard", helpValue: "WORDS" }),
};

/** Flags that say to whom the secret of a key is sealed. */
export const exportRecipientFlags = {
  ...wordsFlag,
  to: Flags.string({
    summary: "age recipient, or file: age recipients, an RSA public key, another vault's request; once for each",
    helpValue: "RECIPIENT|FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  "to-passphrase": Flags.boolean({
    default: false,
    summary: "to a passphrase: encrypted PKCS#8, for asymmetric keys",
  }),
  "new-passphrase-file": Flags.string({
    summary: "file whose first line is that passphrase, NAME being the key's; /dev/fd/N too",
    helpValue: "NAME=FILE",
    multiple: true,
    multipleNonGreedy: true,
    ...noneByDefault,
  }),
  "unsafe-weak-passphrase": Flags.boolean({ default: false, summary: "take a passphrase that can be guessed" }),
  mechanism: Flags.option({
    summary: "how it is wrapped to an RSA key, by default rsa-aes-key-wrap",
    options: RSA_MECHANISMS,
  })(),
};

interface ExportRecipientFlags {
  words: string | undefined;
  to: readonly string[];
  "to-passphrase": boolean;
  mechanism: RsaMechanism | undefined;
}

/**
 * To whom the flags say that the secret of a key is sealed.
 * @throws ConclaveError USAGE; of a file NOT_FOUND, HOST_IO, INPUT_MALFORMED
 */
export function exportRecipient(flags: ExportRecipientFlags): ExportRecipient {
  const { to, mechanism, words } = flags;
  if (flags["to-passphrase"]) {
    if (to.length > 0) throw new ConclaveError("USAGE", "--to and --to-passphrase: one or the other");
    if (words !== undefined) throw wordsWithoutRequest();
    if (mechanism !== undefined) throw mechanismWithoutRsa();
    return { kind: "passphrase" };
  }
  const [first, ...others] = to.map(foundRecipient);
  if (first?.kind === "vault") {
    if (others.length > 0) throw notAlone();
    if (mechanism !== undefined) throw mechanismWithoutRsa();
    return { ...first, words: comparedWords(to[0] ?? "", transferRequestDigest(first.request), words) };
  }
  if (words !== undefined) throw wordsWithoutRequest();
  if (first === undefined) {
    throw new ConclaveError("USAGE", "nobody to seal the secret to: it never leaves the vault in clear", {
      suggestions: [
        "Give --to: an age recipient, or a file with age recipients or an RSA public key",
        "Seal it to a passphrase: --to-passphrase",
        "Ask for the public half only: --public",
      ],
    });
  }
  if (first.kind === "rsa") {
    if (others.length > 0) throw notAlone();
    return { ...first, mechanism: mechanism ?? "rsa-aes-key-wrap" };
  }
  if (mechanism !== undefined) throw mechanismWithoutRsa();
  const recipients = [first, ...others].flatMap((found) => {
    if (found.kind !== "age") throw notAlone();
    return found.recipients;
  });
  const problem = recipientsProblem(recipients);
  if (problem !== undefined) throw new ConclaveError("USAGE", `--to: ${problem}`);
  return { kind: "age", recipients };
}

function foundRecipient(value: string): FoundRecipient {
  if (recipientKind(value) !== undefined) return { kind: "age", recipients: [value] };
  if (/^AGE-SECRET-KEY-/i.test(value)) {
    throw new ConclaveError("USAGE", "--to: an age identity, which is secret: wanted a recipient", {
      suggestions: ["It stands in the history of the shell now: take another, and give its recipient"],
    });
  }
  if (value.startsWith("age1") && !existsSync(value))
    throw new ConclaveError("USAGE", "--to: not an age recipient (age1…, age1pq1…, age1tag1…, age1tagpq1…)", {
      suggestions: ["Copy it again, whole: its last characters are a checksum"],
    });
  return readRecipientFile(value);
}

/**
 * Whether the words of a file were compared.
 * @param words as somebody heard them; undefined: they were not
 * @throws ConclaveError INPUT_MALFORMED they are others
 */
export function comparedWords(path: string, digest: string, words: string | undefined): "checked" | "unchecked" {
  if (words === undefined) return "unchecked";
  if (areWordsOf(words, digest)) return "checked";
  throw new ConclaveError("INPUT_MALFORMED", `${path}: its words are others: another file, or swapped on the way`, {
    suggestions: ["Hear the words again, and ask for the file by another way"],
  });
}

function notAlone(): ConclaveError {
  return new ConclaveError("USAGE", "--to: one RSA key or one vault, and nobody else");
}

function wordsWithoutRequest(): ConclaveError {
  return new ConclaveError("USAGE", "--words are those of another vault's request");
}

function mechanismWithoutRsa(): ConclaveError {
  return new ConclaveError("USAGE", "--mechanism is for an RSA key");
}
