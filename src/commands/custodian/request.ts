import { resolve } from "node:path";
import * as Flags from "@oclif/core/flags";
import { digestWords } from "../../lib/crypto/words.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { requestDigest, writeProofRequest } from "../../lib/quorum/proof-request.ts";
import { show } from "../../lib/terminal/escape.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class CustodianRequest extends VaultCommand {
  static override summary = "Ask custodians to prove that they hold their shares";
  static override description =
    "Writes one file for all custodians of all quorums, in force and pending, signed by this host over the head of its audit chain. They answer with conclave custodian prove.";
  static override examples = ["<%= config.bin %> <%= command.id %> --out november.request"];
  static override flags = {
    out: Flags.string({ char: "o", summary: "file to write", helpValue: "FILE", required: true }),
  };

  async run(): Promise<{ file: string; digest: string; words: string }> {
    const { flags } = await this.parse(CustodianRequest);
    return this.withVault(flags, async (vault) => {
      const { request, bytes } = await writeProofRequest(vault);
      createFileDurably(resolve(flags.out), bytes);
      const digest = requestDigest(request);
      const words = digestWords(digest);
      this.result(`Request written to ${show(flags.out, 300)}: send it to the custodians.`);
      this.result(`Its words, for machines that don't know this host yet: ${words}`);
      return { file: resolve(flags.out), digest, words };
    });
  }
}
