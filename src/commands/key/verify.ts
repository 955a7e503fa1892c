import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { timestamp } from "../../lib/clock.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { readSmallFile } from "../../lib/host/files.ts";
import { SCHEME_NAMES, SIGNATURE_FORMATS } from "../../lib/key/signature-scheme.ts";
import { type CheckedSignature, checkSignature } from "../../lib/key/verify-signature.ts";
import { LIMITS } from "../../lib/limits.ts";
import { show } from "../../lib/terminal/escape.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import { digestFlag, messageFlag, readDigest, readMessage } from "../../lib/terminal/message-input.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";

export default class KeyVerify extends VaultCommand {
  static override summary = "Verify a signature with the public half of a key";
  static override description =
    "Needs no quorum. Ends with 17 if the signature is not the key's. A deactivated key still verifies; a compromised one only with --accept-compromised: others may have signed.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> release --in release.tar --signature release.tar.sig --encoding raw",
  ];
  static override args = { key: Args.string({ description: "NAME or KEYRING/NAME", required: true }) };
  static override flags = {
    ...messageFlag,
    ...keyVersionFlag,
    signature: Flags.string({ summary: "file with the signature", helpValue: "FILE", required: true }),
    encoding: Flags.option({
      summary: "how the signature is written",
      options: ["base64", "hex", "raw"] as const,
      default: "base64" as const,
    })(),
    scheme: Flags.option({ summary: "how it was signed, where the key can in several ways", options: SCHEME_NAMES })(),
    ...digestFlag,
    format: Flags.option({ summary: "of an ECDSA signature", options: SIGNATURE_FORMATS, default: "der" as const })(),
    "accept-compromised": Flags.boolean({ default: false, summary: "take a signature of a compromised key" }),
  };

  async run(): Promise<CheckedSignature> {
    const { args, flags } = await this.parse(KeyVerify);
    const signature = decode(flags.signature, flags.encoding);
    const given = readMessage(flags.in).bytes;
    const { version, scheme, format, digest } = flags;
    const message = digest ? readDigest(given) : given;
    const acceptCompromised = flags["accept-compromised"];
    return this.withVault(flags, async ({ reader, clock }) => {
      const check = { key: args.key, version, scheme, format, message, digest, signature, acceptCompromised };
      const checked = await checkSignature(reader, check, timestamp(clock()));
      const { good, keyring, key } = checked;
      const whose = show(`${keyring}/${key} version ${checked.version}`, 200);
      this.result(good ? `GOOD: signed by ${whose}` : `BAD: not a signature of ${whose} over this message`);
      if (!good) this.endAs("NOT_VERIFIED");
      this.noteUnverified();
      return checked;
    });
  }
}

function decode(path: string, encoding: "base64" | "hex" | "raw"): Uint8Array {
  const bytes = readSmallFile(path, LIMITS.documentBytes);
  if (encoding === "raw") return bytes;
  const text = Buffer.from(bytes).toString("latin1").trim();
  const decoded = Buffer.from(text, encoding);
  if (text === "" || decoded.toString(encoding) !== text)
    throw new ConclaveError("INPUT_MALFORMED", `${path}: not ${encoding}`, {
      suggestions: ["Say how it is written: --encoding base64, hex or raw"],
    });
  return Uint8Array.from(decoded);
}
