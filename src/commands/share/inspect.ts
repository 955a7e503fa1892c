import * as Args from "@oclif/core/args";
import type { SealedDescription } from "../../lib/share/age-file.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { describeShareFile } from "../../lib/terminal/share-file.ts";

export default class ShareInspect extends ConclaveCommand {
  static override summary = "Show what a share file says of itself, without opening it";
  static override description =
    "A sealed share file tells how it is sealed, and nothing of what is in it. To look inside without Conclave: age --decrypt FILE.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice.share"];
  static override args = {
    file: Args.string({ description: "share file", required: true }),
  };

  async run(): Promise<{ file: string } & SealedDescription> {
    const { args } = await this.parse(ShareInspect);
    const described = await describeShareFile(args.file);
    this.result(
      fields([
        ["File", args.file],
        ["Size", `${described.size} bytes`],
        ["Format", described.armored ? "age, armored" : "age, binary"],
        [
          "Sealed to",
          described.stanzas === undefined ? "a passphrase" : `recipients (${described.stanzas.join(", ")})`,
        ],
        ...(described.workFactor === undefined
          ? []
          : [["Work factor", `scrypt, N = 2^${described.workFactor}`] as const]),
      ]),
    );
    return { file: args.file, ...described };
  }
}
