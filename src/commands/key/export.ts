import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { timestamp } from "../../lib/clock.ts";
import { digestWords } from "../../lib/crypto/words.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { openingHint } from "../../lib/key/export-recipient.ts";
import { planExport } from "../../lib/key/plan-export.ts";
import { PUBLIC_FORMATS, type PublicFormat, type PublicHalf, publicHalf } from "../../lib/key/public-half.ts";
import { show } from "../../lib/terminal/escape.ts";
import { exportRecipient, exportRecipientFlags } from "../../lib/terminal/export-flags.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import { writeResult } from "../../lib/terminal/output.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { assertDestination, fileOf, smallDestination, streamOutputFlag } from "../../lib/terminal/stream-output.ts";

/** What `--public` tells. */
interface PublicExported extends Omit<PublicHalf, "bytes"> {
  file: string | null;
  /** PEM or JSON as they are, DER in base64; null if it is in the file. */
  output: string | null;
}

interface Exported {
  plan: string;
  entries: number[];
  key: string;
  version: number;
  /** Null: standard output. */
  file: string | null;
  sha256: string;
  recipients: string[];
}

export default class KeyExport extends SensitiveCommand {
  static override summary = "Let a key leave the vault, sealed; or its public half, freely";
  static override description =
    "With --public: the public half, without a quorum. Else the secret of an exportable key, never in clear: to age recipients (an age file of PKCS#8 in PEM, or of the bytes of a symmetric key), to an RSA key of 2048 bits or more (PKCS#11's CKM_RSA_AES_KEY_WRAP, as HSMs and clouds import it), to another vault that asked for it (key request), or to a passphrase (encrypted PKCS#8). The plan names the recipients; the key's name must be typed. Suspended, compromised and destroyed versions don't leave.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> release --public",
    "<%= config.bin %> <%= command.id %> release --public --format jwk --all-versions --out jwks.json",
    "<%= config.bin %> <%= command.id %> payments --to age1xyz… --out payments.age",
    "<%= config.bin %> <%= command.id %> payments --to hsm.pem --out payments.wrapped --plan-out payments.plan",
    "<%= config.bin %> <%= command.id %> payments --to inbound.request --words 'abandon … zoo' --out payments.transfer",
    "<%= config.bin %> <%= command.id %> release --to-passphrase --out release.pem",
  ];
  static override args = { key: Args.string({ description: "NAME or KEYRING/NAME", required: true }) };
  static override flags = {
    public: Flags.boolean({
      default: false,
      summary: "its public half, without a quorum",
      exclusive: ["to", "words", "to-passphrase", "mechanism", "plan-out", "dry-run"],
    }),
    format: Flags.option({
      summary: "of the public half, by default pem",
      options: PUBLIC_FORMATS,
    })(),
    "all-versions": Flags.boolean({
      default: false,
      summary: "the public halves of all versions that may still be used, as PEM or JWK Set",
      exclusive: ["version"],
    }),
    ...keyVersionFlag,
    ...streamOutputFlag,
    ...exportRecipientFlags,
    ...sensitiveFlags,
  };

  async run(): Promise<PublicExported | Exported | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyExport);
    const version = flags["all-versions"] ? ("all" as const) : flags.version;
    if (flags.public) return this.#public(flags, args.key, version, flags.format ?? "pem");
    if (flags.format !== undefined || version === "all") {
      const flag = version === "all" ? "--all-versions" : "--format";
      throw new ConclaveError("USAGE", `${flag} is for --public`, { suggestions: ["Give --public too"] });
    }
    const to = exportRecipient(flags);
    const json = this.jsonEnabled();
    const here = !flags["dry-run"] && flags["plan-out"] === undefined;
    if (here || flags.out !== undefined) assertDestination(flags.out, to.kind !== "rsa", json);
    return this.withVault(
      flags,
      async (vault) => {
        const planned = await planExport(vault.reader, { key: args.key, version, to });
        const done = await this.perform(vault, flags, [planned]);
        if (!("effects" in done)) return done;
        const data: Record<string, unknown> = done.effects[0]?.data ?? {};
        const told = { key: String(data["key"]), version: Number(data["version"]), sha256: String(data["sha256"]) };
        const file = done.files?.[0]?.path;
        if (file !== undefined) {
          this.result(`${show(args.key)} version ${told.version}, sealed, is in ${show(file, 300)}`);
          this.result(`SHA-256 ${told.sha256}`);
          if (to.kind === "vault") this.result(`Its words, for the people of that vault: ${digestWords(told.sha256)}`);
          this.note(openingHint(to));
        }
        const { plan, entries } = done;
        return { plan, entries, ...told, recipients: recipientsOf(data), file: file ?? null };
      },
      { inputs: [], streams: { destination: smallDestination(flags.out) } },
    );
  }

  async #public(
    flags: { vault: string; "lock-timeout": number; out: string | undefined },
    key: string,
    version: number | "all" | undefined,
    format: PublicFormat,
  ): Promise<PublicExported> {
    const json = this.jsonEnabled();
    if (!json || flags.out !== undefined) assertDestination(flags.out, format !== "der", json);
    const file = fileOf(flags.out);
    return this.withVault(flags, async ({ reader, clock }) => {
      const { bytes, ...told } = await publicHalf(reader, key, version, format, timestamp(clock()));
      for (const { version: number, state, permits } of told.versions)
        if (permits.length === 0) this.warn(`version ${number} is ${state}: its public half is not to be used`);
      for (const { version: number, state } of told.left) this.note(`left out: version ${number}, which is ${state}`);
      if (file !== undefined) createFileDurably(file, bytes);
      else if (!json) writeResult(bytes);
      if (file !== undefined) this.note(`written to ${show(file, 300)}`);
      this.noteUnverified();
      const output = Buffer.from(bytes).toString(format === "der" ? "base64" : "utf8");
      return { ...told, file: file ?? null, output: file === undefined ? output : null };
    });
  }
}

function recipientsOf(data: Record<string, unknown>): string[] {
  const { recipients } = data;
  return Array.isArray(recipients) ? recipients.map(String) : [];
}
