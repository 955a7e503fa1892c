import { resolve } from "node:path";
import * as Args from "@oclif/core/args";
import { digestWords } from "../../lib/crypto/words.ts";
import { saveAnchor } from "../../lib/host/anchor.ts";
import { assertAbsent } from "../../lib/host/checked-file.ts";
import { createFileDurably } from "../../lib/host/files.ts";
import { writeProofFile } from "../../lib/quorum/confirm.ts";
import { prepareProof, requestDigest } from "../../lib/quorum/proof-request.ts";
import { ConclaveCommand } from "../../lib/terminal/base-command.ts";
import { agree, deskFlags, showSubject, thisDesk } from "../../lib/terminal/desk-flags.ts";
import { readRequestFile } from "../../lib/terminal/document-files.ts";
import { show } from "../../lib/terminal/escape.ts";
import { fields } from "../../lib/terminal/fields.ts";
import { openShare, parseShareFile, shareKeys } from "../../lib/terminal/share-file.ts";
import { assertReady } from "../../lib/vault/ready.ts";

export default class CustodianProve extends ConclaveCommand {
  static override summary = "Prove at your own desk that you hold your share";
  static override description =
    "Opens the share, checks that the request is from the host that this machine knows, and signs with the share's key and your own. The share itself leaves in no form.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> november.request --share bob.share --identity bob.identity --out bob.proof",
  ];
  static override args = {
    request: Args.string({ description: "request file from the host", required: true }),
  };
  static override flags = deskFlags;

  async run(): Promise<{ custodian: string; quorum: string; file: string }> {
    const { args, flags } = await this.parse(CustodianProve);
    await assertReady((message) => this.warn(message));
    const out = resolve(flags.out);
    assertAbsent(out);
    const request = readRequestFile(args.request);
    const digest = requestDigest(request);
    const about = fields([
      ["Request", "prove that you hold your share"],
      ["Vault", `${request.name} (${request.vault})`],
      ["Genesis", request.genesis],
      ["Made", request.time],
      ["Digest", digest],
      ["In words", digestWords(digest)],
    ]);
    showSubject(about, flags.yes, (text) => this.note(text));
    const share = parseShareFile(flags.share);
    using document = await openShare(
      share,
      shareKeys(flags, (message) => this.warn(message)),
    );
    const desk = thisDesk(flags.words);
    const ready = prepareProof(request, { document, origin: share.path, claimed: share.name }, desk);
    await agree(
      `${ready.custodian}: type yes to prove your share of quorum ${ready.quorum}, anything else to stop:`,
      "yes",
      flags.yes,
    );

    const bytes = writeProofFile(ready.make());
    createFileDurably(out, bytes);
    saveAnchor(desk.state, ready.anchor);
    this.result(`Proved by ${show(ready.custodian)}: ${show(flags.out, 300)}. Send it to the host.`);
    return { custodian: ready.custodian, quorum: ready.quorum, file: out };
  }
}
