import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTranscript } from "../../../src/lib/ceremony/parse-transcript.ts";
import { OUTCOMES, TRANSCRIPT, type TranscriptContent, writeTranscript } from "../../../src/lib/ceremony/transcript.ts";
import { LIMITS } from "../../../src/lib/limits.ts";
import { hostilePayloads } from "../../support/hostile-text.ts";
import { refusalOf } from "../../support/refusal.ts";
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

const text = writeTranscript(SAMPLE_TRANSCRIPT);

describe("a transcript", () => {
  test.for([
    { what: "transcript", changes: {} },
    { what: "transcript-rehearsal", changes: { rehearsal: true, outcome: "proven" as const } },
    {
      what: "transcript-aborted",
      changes: {
        outcome: "aborted" as const,
        ...{ vault: null, checkpoint: null, plans: [], entries: [], backups: [], inputs: [] },
      },
    },
  ])("is written for paper: $what", async ({ what, changes }) => {
    await expect(writeTranscript({ ...SAMPLE_TRANSCRIPT, ...changes })).toMatchFileSnapshot(`golden/${what}.txt`);
  });

  test("reads as what was written, whatever was said, and has no line of more than 100 columns", () => {
    fc.assert(
      fc.property(content, (wanted) => {
        const written = writeTranscript(wanted);
        expect(parseTranscript(written)).toEqual(wanted);
        expect(written.split("\n").filter((line) => Array.from(line).length > 100)).toEqual([]);
      }),
    );
  });

  test("begins with a line that no other signed text has", () => {
    expect(text.startsWith(`${TRANSCRIPT}\n`)).toBe(true);
    expect(TRANSCRIPT).not.toMatch(/^conclave\//);
  });

  test("I4: tells what a hostile person said in as many lines as ever", () => {
    const long = (payload: string) => payload.slice(0, 60); // which fits into a line
    for (const payload of hostilePayloads()) {
      const outcome = long(payload);
      const steps = SAMPLE_TRANSCRIPT.steps.map((step) => ({ ...step, initials: null, outcome }));
      const lines = writeTranscript({ ...SAMPLE_TRANSCRIPT, steps }).split("\n");
      expect(lines.filter((line) => line.startsWith("***"))).toHaveLength(1);
      expect(lines.filter((line) => /^ {2}Step: /.test(line))).toHaveLength(2);
      expect(lines.join("")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
    }
  });

  test("says what must not be overlooked in large letters", () => {
    const banners = (changes: Partial<TranscriptContent>) =>
      writeTranscript({ ...SAMPLE_TRANSCRIPT, ...changes }).match(/^\*\*\* .+? \*\*\*/gm);
    expect(banners({})).toEqual(["*** U N P R O V E N ***"]);
    expect(banners({ outcome: "proven" })).toBeNull();
    expect(banners({ outcome: "aborted", rehearsal: true })).toEqual([
      "*** R E H E A R S A L ***",
      "*** A B O R T E D ***",
      "*** R E H E A R S A L ***",
    ]);
  });
});

describe("is refused", () => {
  test.for([
    { what: "nothing", altered: "", message: 'line 1 is not "Conclave ceremony transcript v1"' },
    { what: "another first line", altered: text.replace(" v1", " v2"), message: "line 1 is not" },
    { what: "a line feed less at the end", altered: text.slice(0, -1), message: "is not as it is written" },
    { what: "a line more", altered: `${text}Outcome: proven\n`, message: "is not as it is written" },
    { what: "CR LF", altered: text.replaceAll("\n", "\r\n"), message: "line 1 is not" },
    { what: "no banner", altered: text.replace(/^\*\*\*.*\n\n/m, ""), message: "line 3 is not as it is written" },
    { what: "another outcome", altered: text.replace("Outcome: unproven", "Outcome: fine"), message: "outcome: " },
    { what: "words of another digest", altered: text.replace("Words: flat", "Words: flag"), message: "line 11 is not" },
    {
      what: "a count that is wrong",
      altered: text.replace("Steps: 2", "Steps: 3"),
      message: "is not as it is written",
    },
    {
      what: "another escape of a letter",
      altered: text.replace("payments key", "payments \\u{6b}ey"),
      message: "line 6",
    },
    {
      what: "another folding",
      altered: text.replace("very long\n      name", "very\n      long name"),
      message: "line",
    },
  ])("$what", async ({ altered, message }) => {
    const refusal = await refusalOf(() => parseTranscript(altered));
    expect(refusal).toMatchObject({ code: "INTEGRITY", message: expect.stringContaining(message) });
  });

  test("content that is none, or too large", () => {
    expect(() => writeTranscript({ ...SAMPLE_TRANSCRIPT, run: "1" })).toThrow("a transcript: run: must be 32");
    const step = SAMPLE_TRANSCRIPT.steps.at(0);
    const large = { text: "x".repeat(4 * LIMITS.proseLength), who: "", time: null, initials: null, outcome: "" };
    const steps = Array.from({ length: 200 }, (_, index) => ({ ...step, ...large, number: index + 1 }));
    expect(() => writeTranscript({ ...SAMPLE_TRANSCRIPT, steps })).toThrow(/a transcript of \d+ characters/);
  });
});
