import * as Args from "@oclif/core/args";
import type { SealedDescription } from "../../lib/share/age-file.ts";
import type { PaperForm } from "../../lib/share/paper.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { describeShareFile, type OpenDescription } from "../../lib/terminal/share-file.ts";

export default class ShareInspect extends ConclaveCommand {
  static override summary = "Show what a share file says of itself, without opening it";
  static override description =
    "A sealed share file tells how it is sealed, and nothing of what is in it. To look inside without Conclave: age --decrypt FILE. A share that lies open, as a record or words from paper, tells where it belongs, and not the share itself.";
  static override examples = ["<%= config.bin %> <%= command.id %> alice.share"];
  static override args = {
    file: Args.string({ description: "share file", required: true }),
  };

  async run(): Promise<{ file: string } & (SealedDescription | OpenDescription)> {
    const { args } = await this.parse(ShareInspect);
    const described = await describeShareFile(args.file);
    const of = described.sealedTo === "nothing" ? openFields(described) : sealedFields(described);
    this.result(fields([["File", args.file], ["Size", `${described.size} bytes`], ...of]));
    return { file: args.file, ...described };
  }
}

type Fields = (readonly [name: string, value: string])[];

function sealedFields({ armored, stanzas, workFactor }: SealedDescription): Fields {
  return [
    ["Format", armored ? "age, armored" : "age, binary"],
    ["Sealed to", stanzas === undefined ? "a passphrase" : `recipients (${stanzas.join(", ")})`],
    ...(workFactor === undefined ? [] : [["Work factor", `scrypt, N = 2^${workFactor}`] as const]),
  ];
}

const FORMS: Record<PaperForm, string> = {
  document: "the text of a share file",
  record: "a share record",
  words: "the words of a share record",
};

function openFields({ form, record }: OpenDescription): Fields {
  const { rehearsal, vaultPrefix, quorumTag, generation, threshold, total, x } = record;
  return [
    ["Format", FORMS[form]],
    ["Sealed to", "nothing: whoever reads it has the share"],
    ["Vault", `${vaultPrefix}… ${rehearsal ? "(REHEARSAL)" : ""}`.trimEnd()],
    ["Quorum", `${quorumTag}…, generation ${generation}: ${threshold} of ${total}`],
    ["Share", `number ${x}`],
  ];
}
