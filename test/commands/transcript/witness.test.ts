import { expect, test } from "vitest";
import { systemClock } from "../../../src/lib/clock.ts";
import { newHostKey, publicKeyOf } from "../../../src/lib/crypto/signature.ts";
import { digestWords } from "../../../src/lib/crypto/words.ts";
import { enrol } from "../../../src/lib/custodian/enroll.ts";
import { witnessDigest, writeWitnessFile } from "../../../src/lib/custodian/witness.ts";
import { answer } from "../../support/room.ts";
import { enrolledWitness } from "../../support/transcripts.ts";
import { workspace } from "../../support/workspace.ts";

test("a ceremony takes a witness's enrolment by its words, and no custodian's, and none of the other kind", async () => {
  await using place = await workspace();
  const walter = await enrolledWitness(place);
  const key = newHostKey();
  const production = { ...walter, rehearsal: false, witnessKey: publicKeyOf(key) };
  await place.write("production.enrolment", writeWitnessFile(production, key));
  const files = { identityFile: place.file("bob.identity"), enrolmentFile: place.file("bob.enrolment") };
  await enrol({ name: "bob", age: "x25519", rehearsal: true, recipients: [], ...files }, systemClock, async () => "p");
  const environment = { TMPDIR: place.path };
  await using terminal = place.terminalWith(
    { env: environment },
    ...["ceremony", "rehearse", "custodian-drill", "--input", "quorum=root"],
  );
  await answer(terminal, "Name of the administrator:", "Ada");
  await answer(terminal, "Initials of Ada", "A");
  await answer(terminal, "Name of the witness:", "walter");
  await answer(terminal, "Initials of walter", "W");
  const file = "walter's enrolment file";
  for (const [name, problem] of [
    ["bob.enrolment", "not a witness's enrolment"],
    ["production.enrolment", "is no rehearsal enrolment"],
  ] as const) {
    await answer(terminal, file, name);
    await terminal.waitFor(problem);
    terminal.type("\u0015"); // clears the line
  }
  terminal.type("walter.enrolment\r");
  await terminal.waitFor(digestWords(witnessDigest(walter)));
  await answer(terminal, "are these the words on your own paper?", "no");
  await answer(terminal, file, "walter.enrolment");
  await answer(terminal, "are these the words on your own paper?", "yes");
  await terminal.waitFor("What time is it on another clock");
  terminal.ctrl("c");
  expect(await terminal.exit).toBe(16);
});
