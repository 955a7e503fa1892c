import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTranscript } from "../../../src/lib/ceremony/parse-transcript.ts";
import { OUTCOMES, type TranscriptContent, writeTranscript } from "../../../src/lib/ceremony/transcript.ts";
import { SAMPLE_TRANSCRIPT } from "../../support/transcripts.ts";

/** Whatever people may have said: plain, of any script, with everything that an attacker would try. */
const said = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(" ", "\\", "=", "a", "  ", ":", "Time: ", "*", "\n", "\\u{20}", "—"),
    maxLength: 60,
  }),
);

const content = fc
  .record({
    title: said,
    host: said,
    outcome: fc.constantFrom(...OUTCOMES),
    rehearsal: fc.boolean(),
    text: said,
    initials: fc.option(said),
    withoutVault: fc.boolean(),
  })
  .map(({ title, host, outcome, rehearsal, text, initials, withoutVault }): TranscriptContent => {
    const sample = SAMPLE_TRANSCRIPT;
    return {
      ...sample,
      title,
      host,
      outcome,
      rehearsal,
      inputs: [{ name: text, value: title }],
      steps: sample.steps.map((step) => ({ ...step, text, initials, outcome: host })),
      exceptions: sample.exceptions.map((exception) => ({ ...exception, decided: text })),
      ...(withoutVault ? { vault: null, checkpoint: null } : {}),
    };
  });

describe("a transcript", () => {
  test("is written for paper", async () => {
    await expect(writeTranscript(SAMPLE_TRANSCRIPT)).toMatchFileSnapshot("golden/transcript.txt");
  });

  test("reads as what was written, whatever was said", () => {
    fc.assert(
      fc.property(content, (wanted) => {
        const text = writeTranscript(wanted);
        expect(parseTranscript(text)).toEqual(wanted);
        expect(text.split("\n").filter((line) => Array.from(line).length > 100)).toEqual([]);
      }),
    );
  });
});
