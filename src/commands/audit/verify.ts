import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../../lib/errors.ts";
import { readSmallFile } from "../../lib/host/files.ts";
import { LIMITS } from "../../lib/limits.ts";
import { type Verification, verifyVault } from "../../lib/quorum/verify-vault.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { noneByDefault } from "../../lib/terminal/flags.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class AuditVerify extends VaultCommand {
  static override summary = "Verify the whole vault: chain, signatures, approvals, every row and ciphertext";
  static override description =
    "VERIFIED (0) only if this machine remembers the vault, or --genesis names it; else CONSISTENT (17): a wholly self-made vault is consistent too. Anything altered ends with 14 and says where.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --genesis 3f0c…  # from the paper of the ceremony",
    "<%= config.bin %> <%= command.id %> --checkpoint checkpoint-2026-11 --full",
  ];
  static override flags = {
    genesis: Flags.string({ summary: "genesis hash, as written down at the ceremony", helpValue: "HASH" }),
    checkpoint: Flags.string({
      summary: "signed checkpoint kept elsewhere, which the chain must contain",
      helpValue: "FILE",
    }),
    "accept-recovery": Flags.string({
      summary: "hash of a recovery's entry, as written down at its ceremony; remembered",
      helpValue: "HASH",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    full: Flags.boolean({ default: false, summary: "verify signatures too that this machine verified before" }),
  };

  async run(): Promise<Verification> {
    const { flags } = await this.parse(AuditVerify);
    const { genesis, full } = flags;
    const acceptRecovery = flags["accept-recovery"];
    for (const [flag, hash] of [["genesis", genesis], ...acceptRecovery.map((given) => ["accept-recovery", given])]) {
      if (hash !== undefined && !/^[0-9a-f]{64}$/.test(hash))
        throw new ConclaveError("USAGE", `--${flag} must be 64 lower-case hexadecimal digits`);
    }
    // what isn't UTF-8 is no text that anybody signed
    const checkpoint =
      flags.checkpoint === undefined
        ? undefined
        : new TextDecoder().decode(readSmallFile(flags.checkpoint, LIMITS.stateFileBytes));
    return this.withVault(flags, async (vault) => {
      const verification = await verifyVault(vault, { genesis, checkpoint, full, acceptRecovery });
      this.result(verificationText(verification));
      if (verification.result === "CONSISTENT") this.endAs("NOT_VERIFIED");
      return verification;
    });
  }
}

function verificationText({
  result,
  anchored,
  recoveries,
  vault,
  genesis,
  entries,
  root,
  time,
  lost,
  acts,
  actsByKeysNeverExposed,
}: Verification): string {
  const unaccepted = recoveries.filter(({ accepted }) => !accepted);
  const problems = [
    ...(anchored
      ? []
      : ["CONSISTENT, genesis not anchored: compare it with the paper of the ceremony, then --genesis HASH"]),
    ...unaccepted.map(
      ({ entry, actions, time }) =>
        `CONSISTENT, recovery at entry ${entry} (${actions.join(", ")}, ${time}) not accepted: shares alone approved it; compare its hash with the paper of the ceremony, then --accept-recovery HASH`,
    ),
  ];
  return [
    ...(result === "VERIFIED" ? ["VERIFIED"] : problems),
    fields([
      ["Vault", vault],
      ["Genesis", genesis],
      ["Entries", `${entries}, the last at ${time}`],
      ["Head", root],
      ["Approved acts", actsText(acts, actsByKeysNeverExposed)],
      ...(lost === null ? [] : [["Kept checkpoint", lostText(lost)] as const]),
      ...recoveries.map(({ entry, hash, accepted }): [string, string] => [
        "Recovery",
        `entry ${entry}, ${hash}${accepted ? ", accepted" : ""}`,
      ]),
    ]),
  ].join("\n");
}

/** What a checkpoint of a host before tells. */
function lostText({ entries, after }: NonNullable<Verification["lost"]>): string {
  const host = "of a host before";
  if (entries === 0) return `${host}: all ${after} entries that it saw are here`;
  const what = entries === 1 ? "1 entry is lost" : `${entries} entries are lost`;
  return `${host}: ${what}, which followed entry ${after} and no backup held`;
}

function actsText(acts: number, byKeysNeverExposed: number): string {
  if (acts === 0) return "none";
  if (acts === byKeysNeverExposed) return `${acts}, all acts approved by keys never exposed to the host`;
  return `${acts}; ${byKeysNeverExposed} of them approved by keys never exposed to the host`;
}
