import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { ConclaveError } from "../../lib/errors.ts";
import { readEncryptedHead } from "../../lib/key/encrypted-file.ts";
import { planDecrypt } from "../../lib/key/plan-use.ts";
import { describePublic } from "../../lib/key/stream-input.ts";
import { keyVersionFlag } from "../../lib/terminal/key-version-flag.ts";
import type { DryRun, PlanWritten } from "../../lib/terminal/sensitive-command.ts";
import { sensitiveFlags } from "../../lib/terminal/sensitive-flags.ts";
import { associatedDataFlags, associatedDataOf, streamInputFlag } from "../../lib/terminal/stream-input.ts";
import { streamOutputFlag } from "../../lib/terminal/stream-output.ts";
import { UseCommand, type Used } from "../../lib/terminal/use-command.ts";

interface Decrypted extends Used {
  /** Of what came out, in bytes. */
  size: number;
}

export default class KeyDecrypt extends UseCommand {
  static override summary = "Decrypt a file that key encrypt made";
  static override description =
    "The file names its key and version. A deactivated key still decrypts; a compromised one only with --accept-compromised. If the file is altered, cut off, or the associated data are others, it ends with 14 and nothing is written.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --in dump.sql.enc --out dump.sql",
    '<%= config.bin %> <%= command.id %> --in ledger.enc --aad "ledger 2026" | tar t',
  ];
  static override args = {
    key: Args.string({ description: "NAME or KEYRING/NAME, if the key is here under another id than the file names" }),
  };
  static override flags = {
    ...streamInputFlag,
    ...streamOutputFlag,
    ...associatedDataFlags,
    ...keyVersionFlag,
    "accept-compromised": Flags.boolean({ default: false, summary: "take a file of a compromised key" }),
    ...sensitiveFlags,
  };

  async run(): Promise<Decrypted | DryRun | PlanWritten> {
    const { args, flags } = await this.parse(KeyDecrypt);
    const { version, "accept-compromised": acceptCompromised } = flags;
    if (args.key === undefined && version !== undefined)
      throw new ConclaveError("USAGE", "--version goes with a key: else the file names both");
    const associatedData = associatedDataOf(flags);
    const key = args.key === undefined ? undefined : { key: args.key, version };
    const done = await this.useOnFile(
      flags,
      async (vault, { name, input, streams, reading }) => {
        const { head } = await readEncryptedHead(input, name);
        const described = await describePublic(name, input, streams, reading);
        return planDecrypt(vault.reader, head, { key, input: described, associatedData, acceptCompromised });
      },
      ({ size }) => ({ size: Number(size) }),
    );
    if ("size" in done) this.note(`decrypted: ${done.size} bytes`);
    return done;
  }
}
