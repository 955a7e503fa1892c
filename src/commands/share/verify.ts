import * as Args from "@oclif/core/args";
import { type RecognisedShare, recogniseShare } from "../../lib/quorum/recognise.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { parseNamed } from "../../lib/terminal/named-files.ts";
import { passphraseFileFlag } from "../../lib/terminal/sensitive-command.ts";
import { openShareFile, parseShareFile, passphraseOf } from "../../lib/terminal/share-file.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class ShareVerify extends VaultCommand {
  static override summary = "Open a share file and verify the share against the vault, alone";
  static override description =
    "Says whose share it is, of which quorum and generation; or what is wrong with it. Nothing is unlocked and nothing is recorded.";
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
  static override flags = { ...passphraseFileFlag };

  async run(): Promise<RecognisedShare> {
    const { args, flags } = await this.parse(ShareVerify);
    await assertReady();
    const { name, path } = parseShareFile(args.file);
    return this.withVault(flags, async ({ reader, identity }) => {
      const passphrases = {
        files: parseNamed(flags["passphrase-file"], "--passphrase-file"),
        warn: (message: string) => this.warn(message),
      };
      using document = await openShareFile(
        path,
        await passphraseOf(name, `${name}'s passphrase for ${path}`, passphrases),
      );
      const share = await recogniseShare(reader, identity, document, path, name);
      this.result(
        fields([
          ["Share", `good, of ${share.custodian}`],
          ["Quorum", `${share.quorum}, generation ${share.generation}: ${share.threshold} of ${share.total}`],
          ["Custodian key", share.identity ? "in the file: it approves by itself" : "not in the file"],
        ]),
      );
      return share;
    });
  }
}
