import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { digestWords } from "../../lib/crypto/words.ts";
import { assertCreatable } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { transferRequestDigest, writeTransferRequest } from "../../lib/key/transfer-request.ts";
import { show } from "../../lib/terminal/escape.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyRequest extends VaultCommand {
  static override summary = "Ask another vault for a key, to be sealed to a wrapping key of this one";
  static override description =
    "Writes the public half of a wrapping key, and whose it is, signed by this host; needs no quorum. The other vault answers with conclave key export NAME --to FILE; read the words to its people by telephone. What it sends comes in with conclave key import NAME --transfer FILE.";
  static override examples = ["<%= config.bin %> <%= command.id %> inbound --out inbound.request"];
  static override args = { key: Args.string({ description: "wrapping key: NAME or KEYRING/NAME", required: true }) };
  static override flags = {
    out: Flags.string({ char: "o", summary: "file to write", helpValue: "FILE", required: true }),
  };

  async run(): Promise<{ file: string; digest: string; words: string; expires: string }> {
    const { args, flags } = await this.parse(KeyRequest);
    const file = resolve(flags.out);
    assertCreatable(file);
    return this.withVault(flags, async (vault) => {
      const { request, bytes } = await writeTransferRequest(vault, args.key);
      createFileDurably(file, bytes);
      const digest = transferRequestDigest(request);
      const words = digestWords(digest);
      const { expires } = request;
      this.result(`Request written to ${show(flags.out, 300)}: it serves one key, until ${expires}.`);
      this.result(`Its words, for the people of the other vault: ${words}`);
      this.noteUnverified();
      return { file, digest, words, expires };
    });
  }
}
