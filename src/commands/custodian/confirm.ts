import * as Args from "@oclif/core/args";
import { type Confirmed, confirmProof, parseProofFile } from "../../lib/quorum/confirm.ts";
import { confirmedText } from "../../lib/terminal/confirmed-text.ts";
import { readAnswer } from "../../lib/terminal/document-files.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class CustodianConfirm extends VaultCommand {
  static override summary = "Record custodians' proofs; the last one of a new quorum puts it in force";
  static override examples = [
    "<%= config.bin %> <%= command.id %> bob.proof",
    "<%= config.bin %> <%= command.id %> alice.proof bob.proof carol.proof",
  ];
  static override strict = false;
  static override args = {
    proof: Args.string({ description: "proof file, one or more", required: true, multiple: true }),
  };

  async run(): Promise<{ confirmed: Confirmed[] }> {
    const { args, flags } = await this.parse(CustodianConfirm);
    const proofs = args.proof.map((path) => ({
      path,
      proof: parseProofFile(readAnswer(path), path),
    }));
    return this.withVault(flags, async (vault) => {
      const confirmed: Confirmed[] = [];
      for (const { path, proof } of proofs) {
        const done = await confirmProof(vault, proof, path);
        confirmed.push(done);
        this.result(confirmedText(done));
      }
      return { confirmed };
    });
  }
}
