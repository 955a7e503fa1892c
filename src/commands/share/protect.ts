import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { isRehearsal, protectShare } from "../../lib/custodian/protect-share.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { askedRecipients } from "../../lib/terminal/asked-recipients.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { show } from "../../lib/terminal/escape.ts";
import { noneByDefault } from "../../lib/terminal/flags.ts";
import { fold } from "../../lib/terminal/fold.ts";
import { newSeal } from "../../lib/terminal/new-seal.ts";
import { recipientFlag } from "../../lib/terminal/recipient-flag.ts";
import { passphraseFileFlag, shareFlags } from "../../lib/terminal/sensitive-flags.ts";
import { STANDARD_INPUT } from "../../lib/terminal/share-content.ts";
import { parseShareFile, ShareOpener, shareKeys } from "../../lib/terminal/share-file.ts";
import { assertReady } from "../../lib/vault/ready.ts";

/** What `share protect` tells. */
interface ProtectedShare {
  custodian: string;
  file: string;
  sealedTo: "passphrase" | "recipients";
  recipients: readonly string[];
  /** Whether the new file was opened again; in place it always was. */
  reopened: boolean;
}

export default class ShareProtect extends ConclaveCommand {
  static override summary = "Seal a share anew: to another passphrase, or to age recipients";
  static override description =
    "Without --out the share file is replaced, once the new one was opened again and compared. What is in it stays the same, so that no ceremony is needed; copies of the old file keep their old seal. Needs no vault.";
  static override examples = [
    { description: "To a new passphrase", command: "<%= config.bin %> <%= command.id %> alice.share" },
    {
      description: "To the keys of an enrolment, opened again by its identity",
      command: "<%= config.bin %> <%= command.id %> bob.share --enrolment bob.enrolment --new-identity bob.identity",
    },
    {
      description: "To a hardware key, beside the old file",
      command: "<%= config.bin %> <%= command.id %> bob.share --recipient age1tag1… --out bob-yubikey.share",
    },
  ];
  static override args = {
    file: Args.string({
      description: "[NAME=]FILE; NAME defaults to the base name up to the first dot",
      required: true,
    }),
  };
  static override flags = {
    ...recipientFlag,
    enrolment: Flags.string({ summary: "enrolment whose recipients to seal the share to", helpValue: "FILE" }),
    "new-identity": Flags.string({ summary: "identity that opens the new file again", helpValue: "FILE" }),
    out: Flags.string({ char: "o", summary: "write a new file, and leave the old one", helpValue: "FILE" }),
    identity: shareFlags.identity,
    ...passphraseFileFlag,
    "new-passphrase-file": Flags.string({
      summary: "file whose first line is NAME's new passphrase, or that of the new identity",
      helpValue: "NAME=FILE",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    "unsafe-weak-passphrase": Flags.boolean({ default: false, summary: "take a passphrase that can be guessed" }),
  };

  async run(): Promise<ProtectedShare> {
    const { args, flags } = await this.parse(ShareProtect);
    const file = parseShareFile(args.file);
    const asked = askedRecipients(file.name, flags);
    if (flags["new-identity"] !== undefined && asked === undefined) {
      throw new ConclaveError("USAGE", "--new-identity needs --recipient or --enrolment");
    }
    if (file.path === STANDARD_INPUT && flags.out === undefined) {
      throw new ConclaveError("USAGE", "nothing to replace: --out is needed", { suggestions: ["Give --out FILE"] });
    }
    const warn = (message: string) => void this.warn(message);
    await assertReady(warn);
    using opener = new ShareOpener(file, shareKeys(flags, warn));
    using text = await opener.text();
    const rehearsal = isRehearsal(text);
    if (asked?.rehearsal === true && !rehearsal) {
      throw new ConclaveError("SHARE_REHEARSAL", `${file.path}: a production share, the enrolment is for rehearsals`);
    }
    const quiet = flags.quiet || this.jsonEnabled();
    const seal = await newSeal(file.name, asked?.recipients, opener.ageIdentities, {
      ...flags,
      quiet,
      rehearsal,
      warn,
    });

    const replacing = flags.out === undefined;
    const path = resolve(flags.out ?? file.path);
    const reopened = await protectShare(text, seal, { path, existing: replacing ? "replace" : "refuse" });
    const done = { custodian: file.name, file: path, sealedTo: seal.to, recipients: asked?.recipients ?? [], reopened };
    this.result(fold(protectedText(done, replacing), process.stdout.columns));
    return done;
  }
}

function protectedText({ custodian, file, sealedTo, recipients, reopened }: ProtectedShare, replaced: boolean): string {
  const seal =
    sealedTo === "passphrase"
      ? "a new passphrase"
      : `${recipients.length} age recipient${recipients.length > 1 ? "s" : ""}`;
  const old = replaced
    ? "Copies of the old file, and what the medium still holds of it, open as before: destroy them."
    : "The old file is untouched: destroy it, and its copies, once the new one was tried.";
  return [
    `${show(custodian)}'s share is sealed to ${seal}, in ${show(file, 300)}`,
    reopened ? "It was opened again and holds the same share." : "Nothing here opens it: try it with its key now.",
    old,
  ].join("\n");
}
