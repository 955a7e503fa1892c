import * as Args from "@oclif/core/args";
import { timestamp } from "../../lib/clock.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { ALGORITHMS } from "../../lib/key/algorithm.ts";
import type { AssociatedData } from "../../lib/key/associated-data.ts";
import { encryptToPublicKey } from "../../lib/key/encrypt-to-public-key.ts";
import { findVersion, planEncrypt } from "../../lib/key/plan-use.ts";
import type { KeyReference } from "../../lib/key/reference.ts";
import { describeSecret } from "../../lib/key/stream-input.ts";
import { requireUsable } from "../../lib/key/use.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import type { DryRun, PlanWritten } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { associatedDataFlags, associatedDataOf, streamInputFlag } from "../../lib/terminal/stream-input.ts";
import { beginStream, streamOutputFlag } from "../../lib/terminal/stream-output.ts";
import { type GivenFile, UseCommand, type Used } from "../../lib/terminal/use-command.ts";
import type { Vault } from "../../lib/vault/vault.ts";

/** What is told of an encrypted file. */
interface MadeFile {
  sha256: string;
  /** In bytes. */
  size: number;
}

/** Without plan and entries if it was encrypted to a public half. */
type Encrypted = MadeFile & Partial<Used>;

export default class KeyEncrypt extends UseCommand {
  static override summary = "Encrypt a file of any size with a key of the vault";
  static override description =
    "The plan names the input by an HMAC under a key of its own, and what is encrypted is what had it. To a public half (RSA, ML-KEM, X25519, P-256, P-384, P-521) it is encrypted without a quorum.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> payments --in dump.sql --out dump.sql.enc",
    'tar c ledger | <%= config.bin %> <%= command.id %> payments --in - --out ledger.enc --aad "ledger 2026"',
  ];
  static override args = { key: Args.string({ description: "NAME or KEYRING/NAME", required: true }) };
  static override flags = {
    ...streamInputFlag,
    ...streamOutputFlag,
    ...associatedDataFlags,
    ...keyVersionFlag,
    ...sensitiveFlags,
  };

  async run(): Promise<Encrypted | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyEncrypt);
    const associatedData = associatedDataOf(flags);
    const request = { key: args.key, version: flags.version };
    const done = await this.useOnFile<MadeFile, Encrypted>(
      flags,
      async (vault, given) => {
        const found = await findVersion(vault.reader, request);
        const how = ALGORITHMS[found.algorithm].encryption;
        if (how === "oaep" || how === "kem") {
          this.#assertHere(flags);
          return { result: await encryptHere(vault, found, given, associatedData, flags.out) };
        }
        const input = await describeSecret(given.name, given.input, given.streams, given.reading);
        return planEncrypt(vault.reader, { ...request, input, associatedData });
      },
      ({ sha256, size }) => ({ sha256: String(sha256), size: Number(size) }),
    );
    if ("sha256" in done) this.note(`encrypted: ${done.size} bytes, SHA-256 ${done.sha256}`);
    return done;
  }

  #assertHere(flags: { "plan-out": string | undefined; "dry-run": boolean }): void {
    const flag = flags["dry-run"] ? "--dry-run" : "--plan-out";
    if (!flags["dry-run"] && flags["plan-out"] === undefined) return;
    throw new ConclaveError("USAGE", `${flag}: encrypting to a public half needs no quorum, and makes no plan`);
  }
}

/** To a public half, which a verified chain vouches for. */
async function encryptHere(
  vault: Vault,
  { key, version }: { key: KeyReference; version: number },
  { input, reading }: GivenFile,
  associatedData: AssociatedData,
  out: string | undefined,
): Promise<MadeFile & Pick<Used, "key" | "version">> {
  await vault.verify();
  const usable = await requireUsable(vault.reader, key, version, "encrypt", timestamp(vault.clock()));
  await using output = beginStream(out, vault.path);
  const made = await encryptToPublicKey(vault.identity.id, usable, input, associatedData?.sha256, output, reading);
  await output.publish();
  return { key: key.id, version, ...made };
}
