import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { utf8 } from "../../lib/bytes.ts";
import { ENTRY_TYPES } from "../../lib/catalogue.ts";
import { TranscriptAnchor } from "../../lib/ceremony/anchor-transcript.ts";
import { type ReadTranscript, writeTogether } from "../../lib/ceremony/read-transcript.ts";
import {
  type ChainFinding,
  type TranscriptVerification,
  verifyTranscript,
} from "../../lib/ceremony/verify-transcript.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { stateDirectory } from "../../lib/host/anchor.ts";
import { assertAbsent } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { verifyExported } from "../../lib/quorum/verify-exported.ts";
import { verifyVaultAnd } from "../../lib/quorum/verify-vault.ts";
import { openChainFile } from "../../lib/terminal/chain-input.ts";
import { noneByDefault } from "../../lib/terminal/flags.ts";
import { progressBar } from "../../lib/terminal/progress.ts";
import { readTranscriptFiles, readWitnessFile } from "../../lib/terminal/transcript-files.ts";
import { transcriptVerificationText } from "../../lib/terminal/transcript-text.ts";
import { VaultCommand } from "../../lib/terminal/vault-command.ts";
import { hasVault } from "../../lib/vault/read-only.ts";

export default class TranscriptVerify extends VaultCommand {
  static override summary = "Verify a transcript: its signatures, and that the chain tells of it";
  static override description =
    "By public keys alone, and offline. With an exported chain (--in), or beside a vault, everything that the transcript says of it must be so: entries, checkpoint, plans, custodians' keys, and the entry that holds the transcript's own hash. VERIFIED (0) only if that chain is VERIFIED, and all signed whose keys the transcript names; if only somebody's signature is missing, INCOMPLETE (17); without a chain the keys are those that the transcript names itself: CONSISTENT (17). Anything altered ends with 14. Several files are copies of one transcript, signed by different people.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> keys.transcript --in acme.chain --genesis 3f0c…",
    "<%= config.bin %> <%= command.id %> keys-alice.transcript keys-walter.transcript --in acme.chain --witness walter.enrolment",
  ];
  static override strict = false;
  static override args = {
    file: Args.string({ description: "transcript, or several copies of it", required: true }),
  };
  static override flags = {
    in: Flags.string({
      char: "i",
      summary: "exported chain to hold it against; - is standard input",
      helpValue: "CHAIN",
    }),
    genesis: Flags.string({ summary: "genesis hash, as written down at the ceremony", helpValue: "HASH" }),
    witness: Flags.string({
      summary: "enrolment of a witness, by which the key is told to be that person's",
      helpValue: "ENROLMENT",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    unsigned: Flags.string({
      summary: "a custodian or witness who need not have signed; once for each",
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    "accept-recovery": Flags.string({
      summary: "hash of a recovery's entry, as written down at its ceremony",
      helpValue: "HASH",
      multiple: true,
      multipleNonGreedy: true,
      ...noneByDefault,
    }),
    out: Flags.string({
      char: "o",
      summary: "new file: the text with the signatures of all copies",
      helpValue: "FILE",
    }),
  };

  async run(): Promise<TranscriptVerification> {
    const { argv, flags } = await this.parse(TranscriptVerify);
    const { genesis, out } = flags;
    for (const hash of [...(genesis === undefined ? [] : [genesis]), ...flags["accept-recovery"]])
      if (!/^[0-9a-f]{64}$/.test(hash))
        throw new ConclaveError("USAGE", `${hash}: a hash has 64 lower-case hexadecimal digits`);
    if (out !== undefined) assertAbsent(resolve(out));
    const transcript = readTranscriptFiles(argv.map(String));
    const people = { witnesses: flags.witness.map(readWitnessFile), excused: flags.unsigned };
    const offline = verifyTranscript(transcript, genesis, people, undefined); // what needs no chain is refused first
    const finding = await this.#holdAgainst(transcript, flags);
    const verified = finding === undefined ? offline : verifyTranscript(transcript, genesis, people, finding);
    if (out !== undefined) createFileDurably(resolve(out), utf8(writeTogether(transcript)));
    this.result(transcriptVerificationText(verified));
    if (verified.result !== "VERIFIED") this.endAs("NOT_VERIFIED");
    return verified;
  }

  async #holdAgainst(
    transcript: ReadTranscript,
    flags: {
      in: string | undefined;
      genesis: string | undefined;
      "accept-recovery": string[];
      vault: string;
      "lock-timeout": number;
    },
  ): Promise<ChainFinding | undefined> {
    const { genesis } = flags;
    const request = { genesis, checkpoint: undefined, acceptRecovery: flags["accept-recovery"] };
    if (flags.in !== undefined) {
      const anchor = new TranscriptAnchor(transcript);
      using source = openChainFile(flags.in);
      const around = {
        types: ENTRY_TYPES,
        state: stateDirectory(),
        progress: progressBar("verifying the exported chain", 1000),
        each: anchor.each,
      };
      const { verification, chain } = await verifyExported(source.file, request, around);
      return { verification, end: anchor.conclude(chain) };
    }
    const { vault: named } = transcript.content;
    if (named === null || !hasVault(flags)) return undefined;
    return this.withVault(flags, async (vault) => {
      if (vault.identity.id !== named.id) {
        this.note("the vault here is another one: the transcript is not held against it");
        return undefined;
      }
      const anchor = new TranscriptAnchor(transcript);
      const { verification, chain } = await verifyVaultAnd(vault, { ...request, full: false }, anchor.each);
      return { verification, end: anchor.conclude(chain) };
    });
  }
}
