import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import * as Flags from "@oclif/core/flags";
import { signingKey } from "../../lib/crypto/signature.ts";
import { areWordsOf, digestWords } from "../../lib/crypto/words.ts";
import { releaseSeat } from "../../lib/custodian/release.ts";
import { ConclaveError } from "../../lib/errors.ts";
import { assertAbsent } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { writeHandoverFile } from "../../lib/quorum/custodian-handover.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { agree, deskFlags, showSubject } from "../../lib/terminal/desk-flags.ts";
import { readSignedEnrolment } from "../../lib/terminal/enrolment-file.ts";
import { show } from "../../lib/terminal/escape.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { openShare, parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class CustodianRelease extends ConclaveCommand {
  static override summary = "Sign, with your old identity, that a new one of yours takes over";
  static override description =
    "For a new laptop: enrol there, then run this where the old identity is. Compare the words of the new enrolment with the screen of the new laptop. The file goes to the host, where conclave custodian handover lets the quorum approve it; seal your share to the new enrolment with conclave share protect.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> new-laptop.enrolment --share alice.share --identity alice.identity --out alice.handover",
  ];
  static override args = {
    enrolment: Args.string({ description: "enrolment that the new laptop made", required: true }),
  };
  static override flags = {
    share: deskFlags.share,
    identity: deskFlags.identity,
    "passphrase-file": deskFlags["passphrase-file"],
    fingerprint: Flags.string({
      summary: "words of the new enrolment, as the new laptop shows them",
      helpValue: "WORDS",
    }),
    out: deskFlags.out,
    yes: deskFlags.yes,
  };

  async run(): Promise<{ custodian: string; file: string; words: string }> {
    const { args, flags } = await this.parse(CustodianRelease);
    await assertReady((message) => this.warn(message));
    const out = resolve(flags.out);
    assertAbsent(out);
    const { file: enrolment, digest } = readSignedEnrolment(args.enrolment);
    const words = digestWords(digest);
    const { fingerprint } = flags;
    if (fingerprint === undefined && flags.yes) {
      throw new ConclaveError("USAGE", "--yes needs --fingerprint: nobody compares the words of the new enrolment", {
        suggestions: ["Give the words as the new laptop shows them: --fingerprint 'WORDS'"],
      });
    }
    if (fingerprint !== undefined && !areWordsOf(fingerprint, digest)) {
      throw new ConclaveError("INPUT_MALFORMED", `${args.enrolment}: its words are not those that were given`, {
        suggestions: ["Compare them with the new laptop's screen: the file may have been swapped on the way"],
      });
    }
    const share = parseShareFile(flags.share);
    using document = await openShare(
      share,
      shareKeys(flags, (message) => this.warn(message)),
    );
    const { pin, custodianSeed } = document;
    if (pin === undefined || custodianSeed === undefined) {
      throw new ConclaveError(
        "SHARE_WITHOUT_IDENTITY",
        `${share.path}: the old identity is needed, and the whole share file`,
        {
          suggestions: [`Give --identity ${share.name}=FILE`],
        },
      );
    }
    const handover = releaseSeat(pin, share.name, enrolment, signingKey(custodianSeed));
    const about = fields([
      ["Hand over", `${share.name}'s seat to the key of this enrolment`],
      ["Vault", pin.vault],
      ["Enrolled", enrolment.enrolment.created],
      ["New key", enrolment.enrolment.custodianKey],
      ["In words", words],
    ]);
    showSubject(about, flags.yes, (text) => this.note(text));
    await agree(
      `${share.name}: type yes if the new laptop shows the same words, anything else to stop:`,
      "yes",
      flags.yes,
    );
    createFileDurably(out, writeHandoverFile(handover));
    this.result(`Signed by ${show(share.name)}'s old key: ${show(flags.out, 300)}. Send it to the host.`);
    return { custodian: share.name, file: out, words };
  }
}
