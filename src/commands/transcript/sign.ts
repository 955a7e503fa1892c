import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { fromUtf8, utf8 } from "../../lib/bytes.ts";
import { checkSignatures, readTranscripts } from "../../lib/ceremony/read-transcript.ts";
import { addSignature, signerOf } from "../../lib/ceremony/sign-transcript.ts";
import { digestWords } from "../../lib/crypto/words.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { assertAbsent } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { agree, showSubject } from "../../lib/terminal/desk-flags.ts";
import { show } from "../../lib/terminal/escape.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { yesFlag } from "../../lib/terminal/flags.ts";
import { passphraseFileFlag } from "../../lib/terminal/sensitive-flags.ts";
import { openSigningKey } from "../../lib/terminal/signing-key.ts";
import { readTranscriptBytes } from "../../lib/terminal/transcript-files.ts";
import { assertReady } from "../../lib/vault/ready.ts";

interface SignedTranscript {
  role: string;
  name: string;
  digest: string;
  file: string;
}

export default class TranscriptSign extends ConclaveCommand {
  static override summary = "Sign the transcript of a ceremony in which you took part";
  static override description =
    "At a machine of your own, by the key that the transcript names for you: a custodian's or witness's identity, or the share file that holds the custodian's key. Shows what is signed, asks, and writes a copy with your signature. Each may sign an own copy: transcript verify takes them together.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> keys.transcript --identity walter.identity --out keys-walter.transcript",
    "<%= config.bin %> <%= command.id %> keys.transcript --share alice.share --out keys-alice.transcript",
  ];
  static override args = {
    file: Args.string({ description: "transcript", required: true }),
  };
  static override flags = {
    identity: Flags.string({
      summary: "your identity file; NAME defaults to its base name up to the first dot",
      helpValue: "[NAME=]FILE",
      exclusive: ["share"],
    }),
    share: Flags.string({ summary: "your share file, if it holds your signing key", helpValue: "[NAME=]FILE" }),
    ...passphraseFileFlag,
    out: Flags.string({
      char: "o",
      summary: "new file: the copy with your signature",
      helpValue: "FILE",
      required: true,
    }),
    ...yesFlag,
  };

  async run(): Promise<SignedTranscript> {
    const { args, flags } = await this.parse(TranscriptSign);
    const warn = (message: string) => void this.warn(message);
    await assertReady(warn);
    if (flags.identity === undefined && flags.share === undefined)
      throw new ConclaveError("USAGE", "whose signature? a signing key is missing", {
        suggestions: ["Give --identity FILE", "Or --share FILE, if your share file holds your signing key"],
      });
    const out = resolve(flags.out);
    assertAbsent(out);
    const bytes = readTranscriptBytes(args.file);
    const transcript = readTranscripts([{ path: args.file, bytes }]);
    checkSignatures(transcript);
    const { text, content, digest } = transcript;
    const { ceremony, title, rehearsal, outcome, ended, exceptions } = content;
    const summary = fields([
      ["Ceremony", `${ceremony}: ${show(title)}`],
      ...(rehearsal ? [["Rehearsal", "REHEARSAL: nothing in it is real"] as const] : []),
      ["Outcome", outcome.toUpperCase()],
      ["Exceptions", String(exceptions.length)],
      ["Ended", ended],
      ["SHA-256", digest],
      ["In words", digestWords(digest)],
    ]);
    showSubject(`${text}\n${summary}`, flags.yes, (shown) => this.note(shown));
    using opened = await openSigningKey(flags, warn);
    const { role, name } = signerOf(content, opened);
    await agree(`${role} ${name}: type yes to sign this transcript, anything else to stop:`, "yes", flags.yes);

    const signed = addSignature(fromUtf8(bytes), role, name, opened.key);
    createFileDurably(out, utf8(signed));
    this.result(`Signed by ${role} ${name}: ${show(flags.out, 300)}. It goes to whoever keeps the transcript.`);
    return { role, name, digest, file: out };
  }
}
