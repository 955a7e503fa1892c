import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { hex } from "../../lib/bytes.ts";
import { planSign } from "../../lib/key/plan-use.ts";
import { SCHEME_NAMES, SIGNATURE_FORMATS } from "../../lib/key/signature-scheme.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import { outputFlags } from "../../lib/terminal/made-output.ts";
import { digestFlag, messageFlag, readDigest } from "../../lib/terminal/message-input.ts";
import type { DryRun, PlanWritten } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { UseCommand, type Used } from "../../lib/terminal/use-command.ts";

interface Signed extends Used {
  scheme: string;
  /** In base64. */
  signature: string;
}

export default class KeySign extends UseCommand {
  static override summary = "Sign a message with a key of the vault";
  static override description =
    "The plan names the message's SHA-256, and what is signed is what had it. Ed25519 and ML-DSA sign the message itself, the others its hash. A message has 64 MiB at most; of a larger one, its digest can be signed (--digest).";
  static override examples = [
    "<%= config.bin %> <%= command.id %> release --in release.tar --out release.tar.sig --encoding raw",
    "<%= config.bin %> <%= command.id %> tokens --scheme rsa-pkcs1-sha256 --in - < claims.json",
    "sha256sum image.iso | <%= config.bin %> <%= command.id %> curve --digest --in -",
  ];
  static override args = { key: Args.string({ description: "NAME or KEYRING/NAME", required: true }) };
  static override flags = {
    ...messageFlag,
    ...outputFlags,
    ...keyVersionFlag,
    scheme: Flags.option({ summary: "how to sign, where the key can in several ways", options: SCHEME_NAMES })(),
    ...digestFlag,
    format: Flags.option({ summary: "of an ECDSA signature", options: SIGNATURE_FORMATS, default: "der" as const })(),
    ...sensitiveFlags,
  };

  async run(): Promise<Signed | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeySign);
    const { version, scheme, format } = flags;
    return this.useOnMessage(
      flags,
      (reader, message, bytes) => {
        const signed = flags.digest ? { digest: hex(readDigest(bytes)) } : message;
        return planSign(reader, { key: args.key, version, scheme, format, message: signed });
      },
      (told) => {
        const signature = String(told["signature"]);
        return { bytes: Buffer.from(signature, "base64"), result: { scheme: String(told["scheme"]), signature } };
      },
    );
  }
}
