import { signingKey } from "../../src/lib/crypto/signature.ts";
import { releaseSeat } from "../../src/lib/custodian/release.ts";
import { writeHandoverFile } from "../../src/lib/quorum/custodian-handover.ts";
import {
  confirm,
  createKeyringOf,
  createQuorum,
  documentOf,
  enrolled,
  holders,
  peopleOf,
  proofOf,
  prove,
  rekey,
} from "./quorum-acts.ts";
import { foundVault, type MadeVault } from "./vault.ts";

/**
 * A vault after some time: `root` in its second generation, 2 of alice, bob and dave (own desk, `dave.handover` to
 * another key), shares in `root-2`; `payments`, 2 of erin and frank, guards `cards`; `spare` waits for proofs of
 * erin and frank. Carol left; her share is in `shares`.
 */
export async function rekeyedVault(): Promise<MadeVault> {
  const made = await foundVault();
  for (const name of ["dave", "erin", "frank"])
    await made.place.write(`${name}.passphrase`, `${made.passphrase(name)}\n`);
  const [old, laptop] = [await enrolled(made, "dave"), await enrolled(made, "dave", "laptop.enrolment")];
  await enrolled(made, "grace");
  await made.performWith(
    peopleOf(made, holders(["alice", "bob"])),
    rekey(made, { custodians: ["alice", "bob", "dave=dave.enrolment"] }),
  );
  await prove(made);
  const dave = { custodian: "dave", generation: 2, own: old };
  await confirm(made, await proofOf(made, dave));
  using share = await documentOf(made, dave);
  if (share.pin === undefined) throw new TypeError("a share without pin");
  const handover = releaseSeat(share.pin, "dave", laptop.file, signingKey(old.seed));
  await made.place.write("dave.handover", writeHandoverFile(handover));

  const root = () => peopleOf(made, holders(["alice", "bob"], 2));
  const own = { threshold: 2, custodians: ["erin", "frank"] };
  await made.performWith(root(), createQuorum(made, "payments", own));
  await prove(made, "payments");
  await made.performWith(
    peopleOf(made, holders(["erin", "frank"], 1, "payments")),
    createKeyringOf("cards", "payments"),
  );
  await made.performWith(root(), createQuorum(made, "spare", own));
  return made;
}

/** Flags by which alice and bob approve with their shares of the second generation. */
export const AT_HAND_2 = [
  ...["--vault", "vault", "--yes"],
  ...["alice", "bob"].flatMap((name) => [
    ...["--share", `root-2/${name}.share`, "--passphrase-file", `${name}=${name}.passphrase`],
  ]),
];
