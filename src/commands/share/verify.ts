import * as Args from "@oclif/core/args";
import { type RecognisedShare, recogniseShare } from "../../lib/quorum/recognise.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { passphraseFileFlag, shareFlags } from "../../lib/terminal/sensitive-flags.ts";
import { openShare, parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class ShareVerify extends VaultCommand {
  static override summary = "Open a share file and verify the share against the vault, alone";
  static override description =
    "Says whose share it is, of which quorum and generation; or what is wrong with it. Nothing is unlocked and nothing is recorded, but the host sees the share.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> alice.share",
    "<%= config.bin %> <%= command.id %> alice=/media/usb/a.share --passphrase-file alice=a",
  ];
  static override args = {
    file: Args.string({
      description: "[NAME=]FILE; NAME defaults to the base name up to the first dot",
      required: true,
    }),
  };
  static override flags = { identity: shareFlags.identity, ...passphraseFileFlag };

  async run(): Promise<RecognisedShare> {
    const { args, flags } = await this.parse(ShareVerify);
    await assertReady((message) => this.warn(message));
    const file = parseShareFile(args.file);
    return this.withVault(flags, async ({ reader, identity }) => {
      const keys = shareKeys(flags, (message) => this.warn(message));
      using document = await openShare(file, keys);
      const share = await recogniseShare(reader, identity, document, file.path, file.name);
      this.result(
        fields([
          ["Share", `good, of ${share.custodian}`],
          ["Quorum", `${share.quorum}, generation ${share.generation}: ${share.threshold} of ${share.total}`],
          ["State", STATES[share.state]],
          ["Custodian key", custodianKeyText(share, keys.identities.has(file.name))],
        ]),
      );
      return share;
    });
  }
}

/** What a share of such a generation is good for. */
const STATES = {
  pending: "pending: not all custodians of this generation proved yet",
  active: "in force",
  replaced: "replaced by a newer generation: it opens older backups only",
  cancelled: "cancelled: it opens nothing; destroy it",
} as const;

function custodianKeyText({ identity }: RecognisedShare, identityGiven: boolean): string {
  if (!identity) return "not in the file: approving needs the identity too";
  return identityGiven ? "at hand, with the identity" : "in the file: it approves by itself";
}
