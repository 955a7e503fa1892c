import { basename } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { timestamp } from "../../lib/clock.ts";
import { sha256Hex } from "../../lib/crypto/digest.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { readSmallFile } from "../../lib/host/files.ts";
import { ALGORITHM_NAMES, type Algorithm } from "../../lib/key/algorithm.ts";
import { describeKey, type KeyDescription } from "../../lib/key/describe.ts";
import { newCommitmentKey, sessionCommitmentKey } from "../../lib/key/import-commitment.ts";
import type { ImportSource } from "../../lib/key/import-source.ts";
import { KEY_FORMATS, type KeyFormat } from "../../lib/key/key-file.ts";
import {
  componentsSource,
  fileSource,
  planImport,
  prepareComponents,
  wrappedSource,
} from "../../lib/key/plan-import.ts";
import type { KeyRequest } from "../../lib/key/request.ts";
import { transferSource } from "../../lib/key/transfer-source.ts";
import { LIMITS } from "../../lib/limits.ts";
import type { Secret } from "../../lib/secret.ts";
import { readBroughtFile } from "../../lib/terminal/brought-file.ts";
import { show } from "../../lib/terminal/escape.ts";
import { comparedWords, wordsFlag } from "../../lib/terminal/export-flags.ts";
import { keyText } from "../../lib/terminal/key-text.ts";
import { keyringFlag, newKeyFlags } from "../../lib/terminal/new-key-flags.ts";
import { type DryRun, type PlanWritten, SensitiveCommand } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { askComponents } from "../../lib/terminal/typed-components.ts";
import type { Vault } from "../../lib/vault/vault.ts";

/** What a key is to be, and where it comes from. */
interface Brought extends Omit<KeyRequest, "algorithm"> {
  algorithm: Algorithm | undefined;
  in: string | undefined;
  wrapped: string | undefined;
  "wrapping-key": string | undefined;
  transfer: string | undefined;
  words: string | undefined;
  components: 2 | 3 | undefined;
  format: KeyFormat | undefined;
  kid: string | undefined;
  "key-passphrase-file": string | undefined;
}

/** What was brought, as the plan says it, and its material unless that is still wrapped. */
interface Source extends Partial<Pick<KeyRequest, "usages" | "tag" | "cryptoperiod">> {
  algorithm: Algorithm;
  source: ImportSource;
  material: Secret | undefined;
}

export default class KeyImport extends SensitiveCommand {
  static override summary = "Take a key into the vault that was made elsewhere";
  static override description =
    "From a file (PEM, DER, JWK, raw bytes, hexadecimal digits), wrapped to a key of the vault, sent by another vault (key request), or in components that custodians type. The plan commits to the key; a weak or malformed one is refused. A key that was outside stays known to whoever had it: record its origin, and erase the file.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> tls --in tls.pem --usage sign --usage verify",
    "<%= config.bin %> <%= command.id %> payments --in payments.hex --format hex --algorithm aes-256 --expect 1a2b3c4d5e",
    "<%= config.bin %> <%= command.id %> from-cloud --wrapped key.wrapped --wrapping-key inbound --algorithm aes-256",
    "<%= config.bin %> <%= command.id %> payments --transfer payments.transfer --words 'abandon … zoo'",
    "<%= config.bin %> <%= command.id %> zone-master --components 3 --algorithm aes-256",
  ];
  static override args = {
    name: Args.string({ description: "name of the new key: NAME or KEYRING/NAME", required: true }),
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
    ...keyringFlag,
    algorithm: Flags.option({
      summary: "what kind of key; needed unless the file says it",
      options: ALGORITHM_NAMES,
    })(),
    ...newKeyFlags,
    ...sensitiveFlags,
  };

  async run(): Promise<{ plan: string; entries: number[]; key: KeyDescription } | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyImport);
    const brought: Brought = {
      ...flags,
      name: args.name,
      usages: flags.usage,
      preActive: flags["pre-active"],
      activateAt: flags["activate-at"],
      deactivateAt: flags["deactivate-at"],
      components: flags.components === undefined ? undefined : flags.components === "2" ? 2 : 3,
    };
    const inputs = [flags.wrapped, flags.transfer].filter((path) => path !== undefined);
    return this.withVault(
      flags,
      async (vault) => {
        using owned = new DisposableStack();
        const session = flags["plan-out"] === undefined ? undefined : await this.newSession(vault, flags);
        const commitmentKey = session === undefined ? newCommitmentKey() : sessionCommitmentKey(session.identity);
        owned.use(commitmentKey);
        const { material, ...told } = await this.#bring(vault, brought, commitmentKey);
        owned.use(material);
        const planned = await planImport(vault.reader, { ...brought, ...told, expected: flags.expect });
        const materials = material === undefined ? [] : [material];
        const secrets = async () => ({ commitmentKey, materials });
        const done = await this.perform(vault, flags, [planned], { session, secrets });
        this.#remind(flags.in ?? flags.wrapped, flags);
        if (!("effects" in done)) return done;

        const { keyring, name } = planned.parameters;
        const key = await describeKey(vault.reader, `${keyring.name}/${name}`, timestamp(vault.clock()));
        if (key.id !== done.effects[0]?.data["key"])
          throw new ConclaveError("INTEGRITY", "keys: the key that was imported is not the one that is found");
        this.result(keyText(key));
        return { plan: done.plan, entries: done.entries, key };
      },
      { inputs },
    );
  }

  async #bring(vault: Vault, brought: Brought, commitmentKey: Secret): Promise<Source> {
    const { algorithm, kid } = brought;
    if (brought.transfer !== undefined) return this.#sent(vault, brought.transfer, brought);
    if (brought.words !== undefined) throw new ConclaveError("USAGE", "--words are those of --transfer FILE");
    if (brought.in !== undefined) {
      const warn = (message: string) => this.warn(message);
      const file = await readBroughtFile(brought.in, brought, brought["key-passphrase-file"], warn);
      const source = fileSource({ name: file.name, format: file.format, kid }, file.key, commitmentKey);
      return { algorithm: file.key.algorithm, source, material: file.key.material };
    }
    if (algorithm === undefined) {
      throw new ConclaveError("USAGE", "where does the key come from, and of which algorithm is it?", {
        suggestions: ["Give --in FILE", "Or --wrapped FILE, or --components N, with --algorithm"],
      });
    }
    if (brought.wrapped !== undefined) {
      const file = { name: basename(brought.wrapped), bytes: readSmallFile(brought.wrapped, LIMITS.importBytes) };
      const source = await wrappedSource(vault.reader, brought["wrapping-key"] ?? "", file);
      return { algorithm, source, material: undefined };
    }
    if (brought.components === undefined)
      throw new ConclaveError("USAGE", "where does the key come from?", {
        suggestions: ["Give --in FILE, --wrapped FILE or --components N"],
      });
    const people = await prepareComponents(vault.reader, { ...brought, algorithm }, timestamp(vault.clock()));
    const { key, custodians } = await askComponents(algorithm, brought.components, people);
    return { algorithm, source: componentsSource(custodians, key, commitmentKey), material: key.material };
  }

  /** A key that another vault sent: what the file says of it, unless somebody says otherwise. */
  async #sent(
    vault: Vault,
    path: string,
    { algorithm: told, usages, tag, cryptoperiod, words }: Brought,
  ): Promise<Source> {
    const file = { name: basename(path), bytes: readSmallFile(path, LIMITS.importBytes) };
    const compared = comparedWords(path, sha256Hex(file.bytes), words);
    const { source, transfer } = await transferSource(vault.reader, file, compared);
    const { algorithm, tags, cryptoperiodSeconds } = transfer.key;
    if (told !== undefined && told !== algorithm)
      throw new ConclaveError("USAGE", `the key is of ${algorithm}, not of ${told}`);
    return {
      algorithm,
      source,
      material: undefined,
      usages: usages ?? source.usages,
      tag: tag.length > 0 ? tag : Object.entries(tags).map(([name, value]) => `${name}=${value}`),
      cryptoperiod: cryptoperiod ?? (cryptoperiodSeconds === null ? undefined : `${cryptoperiodSeconds}s`),
    };
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
