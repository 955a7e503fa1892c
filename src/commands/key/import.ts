import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { ALGORITHM_NAMES } from "../../lib/key/algorithm.ts";
import type { KeyDescription } from "../../lib/key/describe.ts";
import { newCommitmentKey, sessionCommitmentKey } from "../../lib/key/import-commitment.ts";
import { KEY_FORMATS } from "../../lib/key/key-file.ts";
import { bringKey } from "../../lib/terminal/brought-source.ts";
import { show } from "../../lib/terminal/escape.ts";
import { wordsFlag } from "../../lib/terminal/export-flags.ts";
import { importTarget } from "../../lib/terminal/import-target.ts";
import { keyMade } from "../../lib/terminal/key-acts.ts";
import { keyText } from "../../lib/terminal/key-text.ts";
import { keyringFlag, newKeyFlags } from "../../lib/terminal/new-key-flags.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";

export default class KeyImport extends SensitiveCommand {
  static override summary = "Take a key into the vault that was made elsewhere";
  static override description =
    "From a file (PEM, DER, JWK, raw bytes, hexadecimal digits), wrapped to a key of the vault, sent by another vault (key request), or in components that custodians type. The plan commits to the key; a weak or malformed one is refused. With --new-version it is the next version of a key that is there already, as key rotate makes one. A key that was outside stays known to whoever had it: record its origin, and erase the file.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> tls --in tls.pem --usage sign --usage verify",
    "<%= config.bin %> <%= command.id %> payments --in payments.hex --format hex --algorithm aes-256 --expect 1a2b3c4d5e",
    "<%= config.bin %> <%= command.id %> from-cloud --wrapped key.wrapped --wrapping-key inbound --algorithm aes-256",
    "<%= config.bin %> <%= command.id %> payments --transfer payments.transfer --words 'abandon … zoo'",
    "<%= config.bin %> <%= command.id %> zone-master --components 3 --algorithm aes-256",
    "<%= config.bin %> <%= command.id %> tls --in tls-2027.pem --new-version",
  ];
  static override args = {
    name: Args.string({
      description: "name of the new key: NAME or KEYRING/NAME; with --new-version, of the one that is there",
      required: true,
    }),
  };
  static override flags = {
    in: Flags.string({ char: "i", summary: "file with the key; - is standard input", helpValue: "FILE" }),
    wrapped: Flags.string({
      summary: "file with the key, wrapped to --wrapping-key: PKCS#8 in DER, or a secret's bytes",
      helpValue: "FILE",
      exclusive: ["in"],
      dependsOn: ["wrapping-key"],
    }),
    "wrapping-key": Flags.string({
      summary: "key of the vault that unwraps it, and is destroyed by that",
      helpValue: "NAME",
      dependsOn: ["wrapped"],
    }),
    transfer: Flags.string({
      summary: "file that another vault made for a request of this one",
      helpValue: "FILE",
      exclusive: ["in", "wrapped"],
    }),
    ...wordsFlag,
    components: Flags.option({
      summary: "let so many custodians type a component each, at this terminal",
      helpValue: "2|3",
      options: ["2", "3"] as const,
      exclusive: ["in", "wrapped", "transfer", "plan-out"],
    })(),
    format: Flags.option({
      summary: "how the key is written, where it isn't evident",
      options: KEY_FORMATS,
      dependsOn: ["in"],
    })(),
    kid: Flags.string({ summary: "which key of a JWK set", helpValue: "KID", dependsOn: ["in"] }),
    "key-passphrase-file": Flags.string({
      summary: "file whose first line opens an encrypted key; without it, you are asked",
      helpValue: "FILE",
      dependsOn: ["in"],
    }),
    expect: Flags.string({
      summary: "check value or fingerprint that its maker told; another key is refused",
      helpValue: "HEX",
    }),
    "new-version": Flags.boolean({
      default: false,
      summary: "as the next version of a key of the vault, for what that key is for",
      relationships: [{ type: "none", flags: ["keyring", ...Object.keys(newKeyFlags)] }],
    }),
    ...keyringFlag,
    algorithm: Flags.option({
      summary: "what kind of key; needed unless the file says it, or the key whose version it is",
      options: ALGORITHM_NAMES,
    })(),
    ...newKeyFlags,
    ...sensitiveFlags,
  };

  async run(): Promise<{ plan: string; entries: number[]; key: KeyDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyImport);
    const inputs = [flags.wrapped, flags.transfer].filter((path) => path !== undefined);
    return this.withVault(
      flags,
      async (vault) => {
        using owned = new DisposableStack();
        const target = await importTarget(vault, args.name, flags);
        const { assumed } = target;
        const given = await bringKey(vault, { ...flags, assumed }, target.prepare, (message) => this.warn(message));
        const { algorithm, material, source, sent } = given;
        owned.use(material);
        const session = flags["plan-out"] === undefined ? undefined : await this.newSession(vault, flags);
        const commitmentKey = session === undefined ? newCommitmentKey() : sessionCommitmentKey(session.identity);
        owned.use(commitmentKey);
        const brought = { algorithm, source: source(commitmentKey), expected: flags.expect };
        const planned = await target.plan(brought, sent);
        const materials = material === undefined ? [] : [material];
        const secrets = async () => ({ commitmentKey, materials });
        const done = await this.perform(vault, flags, [planned], { session, secrets });
        this.#remind(flags.in ?? flags.wrapped ?? flags.transfer, flags);
        if (!("effects" in done)) return done;

        const key = await keyMade(vault, planned, done);
        this.result(keyText(key));
        return { plan: done.plan, entries: done.entries, key };
      },
      { inputs },
    );
  }

  /** What becomes of the file with the key now. */
  #remind(
    file: string | undefined,
    flags: { in: string | undefined; "plan-out": string | undefined; "dry-run": boolean },
  ) {
    if (file === undefined || file === "-" || flags["dry-run"]) return;
    const name = show(file, 300);
    if (flags["plan-out"] !== undefined) this.note(`${name} is needed again: conclave plan execute PLAN --in ${name}`);
    else if (flags.in !== undefined)
      this.note(`${name} still holds the key: erase it, and every copy that nobody needs`);
  }
}
