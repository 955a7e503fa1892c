import { basename } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { hashBackup } from "../../lib/backup/backup-file.ts";
import { type VerifiedBackup, verifyBackup } from "../../lib/backup/verify.ts";
import { planBackupVerify } from "../../lib/backup/verify-action.ts";
import { ConclaveError, isConclaveError } from "../../lib/errors.ts";
import { shortened } from "../../lib/names.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { progressBar } from "../../lib/terminal/progress.ts";
import { executedText } from "../../lib/terminal/result-text.ts";
import { SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { type SensitiveFlags, sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { hasVault } from "../../lib/vault/read-only.ts";

interface VerifyTold {
  backups: (VerifiedBackup | { file: string; error: string })[];
}

export default class BackupVerify extends SensitiveCommand {
  static override summary = "Verify backups; with --deep, prove that one restores";
  static override description =
    "Without a secret: signature, sizes, hashes, and that the chain in it is a beginning of the vault's, where there is one; a backup of another vault ends with 17. With --deep, the root quorum opens one backup into a scratch place that is wiped: all of it is verified, every ciphertext opened; others can act meanwhile. Recorded: status says when a restore was last proved.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> /srv/backups/*.backup",
    "<%= config.bin %> <%= command.id %> --deep /srv/backups/acme-6b6e2a52-20261124T030000.000Z-1f2e3d4c.backup",
    "<%= config.bin %> <%= command.id %> --deep FILE --plan-out verify.plan  # then: conclave plan execute verify.plan --in FILE --approval …",
  ];
  static override strict = false;
  static override args = {
    file: Args.string({ description: "backup, or several", required: true }),
  };
  static override flags = {
    deep: Flags.boolean({ default: false, summary: "let the root quorum prove that it opens and restores" }),
    ...sensitiveFlags,
  };

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(BackupVerify);
    const files = argv.map(String);
    if (flags.deep) return this.#deep(files, flags);
    const progress = progressBar("reading the backups", 1000);
    if (!hasVault(flags)) {
      this.note("no vault here: they are compared with none");
      return this.#verifyAll(files, (file) => verifyBackup(file, undefined, progress));
    }
    return this.withVault(flags, async (vault) => {
      const chain = await vault.verify();
      return this.#verifyAll(files, (file) => verifyBackup(file, { vault, chain }, progress));
    });
  }

  async #verifyAll(files: string[], verify: (file: string) => Promise<VerifiedBackup>): Promise<VerifyTold> {
    const backups: VerifyTold["backups"] = [];
    const failures: ConclaveError[] = [];
    for (const file of files) {
      try {
        const verified = await verify(file);
        backups.push(verified);
        this.result(`${backups.length > 1 ? "\n" : ""}${verifiedText(verified)}`);
        if (verified.chain === "other") failures.push(new ConclaveError("NOT_VERIFIED", `${file}: of another vault`));
      } catch (error) {
        if (!isConclaveError(error)) throw error;
        failures.push(error);
        backups.push({ file, error: error.message });
      }
    }
    const [first] = failures;
    if (first !== undefined && files.length === 1) throw first;
    for (const { message } of failures) this.warn(message);
    if (first !== undefined) this.endAs(first.code);
    return { backups };
  }

  async #deep(files: string[], flags: SensitiveFlags & { vault: string; "lock-timeout": number }): Promise<unknown> {
    const [file] = files;
    if (file === undefined || files.length > 1) throw new ConclaveError("USAGE", "--deep takes one backup at a time");
    return this.withVault(
      flags,
      async (vault) => {
        const hashed = hashBackup(file, progressBar("reading the backup", 1000));
        const name = shortened(basename(file));
        const done = await this.perform(vault, flags, [planBackupVerify(hashed, name)]);
        if ("effects" in done) this.result(`${executedText(done)}\nProved: it opens, and all of it is as it was`);
        return done;
      },
      { inputs: files },
    );
  }
}

/** What `chain` of a verified backup means, to a person. */
const CHAIN = {
  ancestor: "a beginning of the vault's chain",
  left: "of a host before: a restore went on from an earlier entry",
  other: "of another vault than the one here",
  none: "compared with no vault",
} as const;

function verifiedText({ file, vault, time, entries, generation, sha256, chain, told }: VerifiedBackup): string {
  return fields([
    ["Backup", file],
    ["Vault", vault],
    ["Made", time],
    [
      "Entries",
      `${entries}, ${CHAIN[chain]}${chain !== "none" && chain !== "other" && !told ? "; the chain does not tell of the file" : ""}`,
    ],
    ["Opened by", `generation ${generation} of the root quorum`],
    ["SHA-256", sha256],
    ["Result", "whole and unaltered; whether it opens, --deep proves"],
  ]);
}
