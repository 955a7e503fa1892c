import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { systemClock } from "../../lib/clock.ts";
import { digestWords } from "../../lib/crypto/words.ts";
import { enrol, enrolWitness } from "../../lib/custodian/enroll.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { isName, NAME_RULE } from "../../lib/names.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import {
  type EnrolledCustodian,
  type EnrolledWitness,
  enrolledText,
  enrolledWitnessText,
} from "../../lib/terminal/enrolled.ts";
import { fold } from "../../lib/terminal/fold.ts";
import { parseNamed } from "../../lib/terminal/named-files.ts";
import { newPassphrase } from "../../lib/terminal/new-passphrase.ts";
import { askLine } from "../../lib/terminal/prompt.ts";
import { recipientFlag } from "../../lib/terminal/recipient-flag.ts";
import { passphraseFileFlag } from "../../lib/terminal/sensitive-flags.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class CustodianEnroll extends ConclaveCommand {
  static override summary = "Make a custodian's or witness's identity, and the enrolment that goes to the ceremony";
  static override description =
    "Run by the custodian, on a machine of the own, without a vault. The identity holds the signing key and an age key, post-quantum by default, and never leaves the custodian. The enrolment is public; its twelve words are read aloud to whoever runs the ceremony, so that nobody can swap it on the way. A witness (--witness) gets a signing key alone: it signs transcripts of ceremonies, holds no share and approves nothing.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> bob --identity-out bob.identity --out bob.enrolment",
    "<%= config.bin %> <%= command.id %> walter --witness --identity-out walter.identity --out walter.enrolment",
    {
      description: "The share sealed to a hardware key as well as to the identity",
      command:
        "<%= config.bin %> <%= command.id %> bob --identity-out bob.identity --out bob.enrolment --x25519 --recipient age1tag1…",
    },
  ];
  static override args = {
    name: Args.string({ description: "the custodian or witness", required: true }),
  };
  static override flags = {
    "identity-out": Flags.string({ summary: "new file for the identity, which stays with you", helpValue: "FILE" }),
    out: Flags.string({
      char: "o",
      summary: "new file for the enrolment, which goes to the ceremony",
      helpValue: "FILE",
    }),
    ...recipientFlag,
    "recipients-only": Flags.boolean({
      default: false,
      summary: "no age key in the identity: the share is sealed to the --recipient keys alone",
      exclusive: ["x25519"],
    }),
    x25519: Flags.boolean({
      default: false,
      summary: "an age key that is not post-quantum, to go with others like it",
    }),
    witness: Flags.boolean({
      default: false,
      summary: "a witness, who signs transcripts and holds no share",
    }),
    ...passphraseFileFlag,
    rehearsal: Flags.boolean({ default: false, summary: "for practice: quick to open, refused by production vaults" }),
    "unsafe-weak-passphrase": Flags.boolean({ default: false, summary: "take a passphrase that can be guessed" }),
  };

  async run(): Promise<EnrolledCustodian | EnrolledWitness> {
    const { args, flags } = await this.parse(CustodianEnroll);
    const { name } = args;
    if (!isName(name)) throw new ConclaveError("USAGE", `${name}: a name is ${NAME_RULE}`);
    if (flags.witness && (flags.recipient.length > 0 || flags["recipients-only"] || flags.x25519))
      throw new ConclaveError("USAGE", "a witness gets no share: no recipient goes with --witness");
    const warn = (message: string) => void this.warn(message);
    await assertReady(warn);
    const files = parseNamed(flags["passphrase-file"], "--passphrase-file");
    const identityFile = resolve(
      flags["identity-out"] ?? (await askFile("the identity, which you keep", "--identity-out")),
    );
    const enrolmentFile = resolve(flags.out ?? (await askFile("the enrolment, for the ceremony", "--out")));
    if (identityFile === enrolmentFile) throw new ConclaveError("USAGE", "--identity-out and --out name the same file");

    const passphrase = () =>
      newPassphrase({
        name,
        seals: "identity",
        file: files.get(name),
        flag: `--passphrase-file ${name}=FILE`,
        weak: flags["unsafe-weak-passphrase"] || flags.rehearsal,
        context: [name, "conclave"],
        quiet: flags.quiet || this.jsonEnabled(),
        warn,
      });
    if (flags.witness) {
      const request = { name, rehearsal: flags.rehearsal, identityFile, enrolmentFile };
      const { witness, digest } = await enrolWitness(request, systemClock, passphrase);
      const { witnessKey, created, rehearsal } = witness;
      const words = digestWords(digest);
      const enrolled = {
        witness: name,
        identityFile,
        enrolmentFile,
        witnessKey,
        created,
        rehearsal,
        digest,
        words,
      };
      this.result(fold(enrolledWitnessText(enrolled), process.stdout.columns));
      return enrolled;
    }
    const request = {
      name,
      age: flags["recipients-only"] ? ("none" as const) : flags.x25519 ? ("x25519" as const) : ("hybrid" as const),
      rehearsal: flags.rehearsal,
      recipients: flags.recipient,
      identityFile,
      enrolmentFile,
    };
    const { enrolment, digest } = await enrol(request, systemClock, passphrase);
    const { custodianKey, recipients, created, rehearsal } = enrolment;
    const words = digestWords(digest);
    const enrolled = {
      custodian: name,
      identityFile,
      enrolmentFile,
      custodianKey,
      recipients,
      created,
      rehearsal,
      digest,
      words,
    };
    this.result(fold(enrolledText(enrolled, !flags["recipients-only"]), process.stdout.columns));
    return enrolled;
  }
}

async function askFile(what: string, flag: string): Promise<string> {
  return askLine(`Which new file is to hold ${what}?`, `${flag} FILE`, (answer) =>
    answer.trim() === "" ? "a path is needed" : undefined,
  );
}
