import { existsSync } from "node:fs";
import * as Flags from "@oclif/core/flags";
import { recipientKind, recipientsProblem } from "../crypto/age-recipient.ts";
import { ConclaveError } from "../errors.ts";
import { type ExportRecipient, RSA_MECHANISMS, type RsaMechanism } from "../key/export-recipient.ts";
import { noneByDefault } from "./flags.ts";
import { type FoundRecipient, readRecipientFile } from "./recipient-file.ts";

/** Flags that say to whom the secret of a key is sealed. */
export const exportRecipientFlags = {
  to: Flags.string({
    summary: "age recipient, or file with age recipients or one RSA public key; once for each recipient",
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
  to: readonly string[];
  "to-passphrase": boolean;
  mechanism: RsaMechanism | undefined;
}

/**
 * To whom the flags say that the secret of a key is sealed.
 * @throws ConclaveError USAGE; of a file NOT_FOUND, HOST_IO, INPUT_MALFORMED
 */
export function exportRecipient(flags: ExportRecipientFlags): ExportRecipient {
  const { to, mechanism } = flags;
  if (flags["to-passphrase"]) {
    if (to.length > 0) throw new ConclaveError("USAGE", "--to and --to-passphrase: one or the other");
    if (mechanism !== undefined) throw mechanismWithoutRsa();
    return { kind: "passphrase" };
  }
  const [first, ...others] = to.map(foundRecipient);
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
    if (others.length > 0) throw new ConclaveError("USAGE", "--to: one RSA key, and nobody else");
    return { ...first, mechanism: mechanism ?? "rsa-aes-key-wrap" };
  }
  if (mechanism !== undefined) throw mechanismWithoutRsa();
  const recipients = [first, ...others].flatMap((found) => {
    if (found.kind === "rsa") throw new ConclaveError("USAGE", "--to: one RSA key, and nobody else");
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

function mechanismWithoutRsa(): ConclaveError {
  return new ConclaveError("USAGE", "--mechanism is for an RSA key");
}
