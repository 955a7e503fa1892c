import * as Args from "@oclif/core/args";
import type { Confirmed } from "../../lib/quorum/confirm.ts";
import { drillShare } from "../../lib/quorum/drill.ts";
import { confirmedText } from "../../lib/terminal/confirmed-text.ts";
import { passphraseFileFlag, shareFlags } from "../../lib/terminal/sensitive-flags.ts";
import { openShare, parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class CustodianDrill extends VaultCommand {
  static override summary = "Prove on the host that a custodian still holds the share, and record it";
  static override description =
    "Request, proof and confirmation in one, for a custodian who is here. Nothing is unlocked, and no quorum is needed.";
  static override examples = ["<%= config.bin %> <%= command.id %> /media/usb/alice.share"];
  static override args = {
    share: Args.string({
      description: "[NAME=]FILE of the share; NAME defaults to the base name up to the first dot",
      required: true,
    }),
  };
  static override flags = { identity: shareFlags.identity, ...passphraseFileFlag };

  async run(): Promise<Confirmed> {
    const { args, flags } = await this.parse(CustodianDrill);
    await assertReady((message) => this.warn(message));
    const share = parseShareFile(args.share);
    return this.withVault(flags, async (vault) => {
      const keys = shareKeys(flags, (message) => this.warn(message));
      using document = await openShare(share, {
        ...keys,
        beforeIdentity: (name) =>
          this.warn(`${name}: your identity is opened on this host, which could keep your signing key`),
      });
      const presented = { document, origin: share.path, claimed: share.name };
      const confirmed = await drillShare(vault, presented);
      this.result(confirmedText(confirmed));
      return confirmed;
    });
  }
}
