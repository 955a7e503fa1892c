import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../src/lib/bytes.ts";
import { readTranscripts } from "../../src/lib/ceremony/read-transcript.ts";
import type { TranscriptContent } from "../../src/lib/ceremony/transcript.ts";
import { planKeyCreate } from "../../src/lib/key/request.ts";
import { LIMITS } from "../../src/lib/limits.ts";
import { exportedOf, genesisOf, linesOf, verifyChainFile } from "../support/exported.ts";
import { hostilePayloads } from "../support/hostile-text.ts";
import { contentOf, enrolledWitness, recordEnd, signedByHost } from "../support/transcripts.ts";
import { foundVault, type MadeVault, PLAIN_KEY } from "../support/vault.ts";
import { expectVisible, VISIBLE } from "../support/visible.ts";

/** What a program for tables, or a browser, obeys (OWASP: CSV injection). */
const FORMULAS = [
  ...["=cmd|' /C calc'!A0", "=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x")', "=IMPORTXML(A1)"],
  ...["\t=1", "\r=1", " =1", "=", "+", "-", "@", "'=1", '"=1', ";=1", ",=1"],
  ...["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</pre><script>", "<!--", "]]>", "<svg/onload=1>"],
  ...["javascript:alert(1)", "&lt;b&gt;", "%3Cscript%3E", "{{7*7}}", "${7*7}", "`id`", "$(id)"],
];

let made: MadeVault;
let content: TranscriptContent;

beforeAll(async () => {
  made = await foundVault();
  await made.perform(async (vault) => [
    await planKeyCreate(vault.reader, {
      ...{ ...PLAIN_KEY, name: "payments", algorithm: "aes-256" },
      tag: ["owner==cmd|' /C calc'!A0", "note=\u001b[2J\u202e<script>"],
    }),
  ]);
  content = await contentOf(made, 6);
});
afterAll(async () => made[Symbol.asyncDispose]());

/** A transcript in which this text stands wherever people or files speak. */
async function speaking(text: string): Promise<string> {
  const short = text.slice(0, LIMITS.proseLength);
  const step = content.steps[0];
  if (step === undefined) throw new TypeError("the sample has steps");
  return signedByHost(made, {
    ...content,
    title: short,
    host: short,
    tool: short,
    inputs: [{ name: short, value: short }],
    participants: [{ role: "administrator", name: short, quorum: null, key: null }],
    steps: [{ ...step, text: short, who: short, initials: short, outcome: short }],
    exceptions: [{ step: 1, time: step.time ?? "", expected: short, happened: short, decided: short }],
    backups: [{ file: short, sha256: "0".repeat(64) }],
  });
}

describe("what people and files say in a transcript", () => {
  test("I4: reaches neither paper nor screen as anything but letters", async () => {
    for (const payload of hostilePayloads()) {
      const note = await speaking(payload);
      expect(note).toMatch(VISIBLE);
      expect(readTranscripts([{ path: "t", bytes: utf8(note) }]).content.title).toBe(
        payload.slice(0, LIMITS.proseLength),
      );
    }
  });

  test("I8: is no formula at the beginning of a line or value, and no tag", async () => {
    for (const payload of FORMULAS) {
      const { text } = readTranscripts([{ path: "t", bytes: utf8(await speaking(payload)) }]);
      for (const cell of text.split(/\n|: | {2}/)) expect(cell, payload).not.toMatch(/^\s*[=+\-@]/);
      expect(text).not.toContain("<");
    }
  });

  test("I4: can't pass for a line, a banner or a signature of the transcript", async () => {
    const forged = `x\n\n*** P R O V E N ***\n  Step: 9  Text: y\n\n— custodian/alice AAAA\n`;
    const note = await speaking(forged);
    expect(note).not.toMatch(/^\*\*\* P R O V E N|^ *Step: 9|^— custodian/m);
    expect(readTranscripts([{ path: "t", bytes: utf8(note) }]).content.steps[0]?.text).toBe(forged);
  });

  test("I4: is shown by the commands as it stands, and their JSON is ASCII where it matters", async () => {
    const note = await speaking("\u001b[2J\u202egnp\u009b2J");
    await made.place.write("hostile.transcript", note);
    for (const [args, status] of [
      [["show", "hostile.transcript"], 0],
      [["show", "hostile.transcript", "--json"], 0],
      [["verify", "hostile.transcript", "--vault", "nowhere"], 17],
    ] as const)
      expectVisible(await made.place.run("transcript", ...args), status);
  });
});

describe("an exported chain", () => {
  let chain: Uint8Array;
  beforeAll(async () => {
    await recordEnd(made, content);
    chain = await exportedOf(made);
  });

  test("I8, I9: has one line for each entry, whatever a name or tag says, and none begins like a formula", () => {
    const lines = linesOf(chain);
    const { entries } = JSON.parse(lines[0] ?? "") as { entries: number };
    expect(lines).toHaveLength(entries + 2);
    for (const line of lines) expect(line.charAt(0)).toBe("{");
    expect(fromUtf8(chain)).not.toContain("\u001b");
  });

  test("I4: does not go to a terminal, to which it would say all that it holds", async () => {
    await using terminal = made.place.terminal("audit", "export", "--vault", "vault", "--out", "-");
    expect(await terminal.exit).toBe(2);
    expect(terminal.screen()).toContain("doesn't go to a terminal");
  });

  test("T8: no flipped bit is accepted", { timeout: 60_000 }, async () => {
    const genesis = genesisOf(chain);
    let flips = 0;
    for (let bit = 3; bit < chain.length * 8; bit += 8 * 31 + 3) {
      const altered = chain.slice();
      const at = bit >> 3;
      altered[at] = (altered[at] ?? 0) ^ (1 << (bit & 7));
      flips += 1;
      await expect(verifyChainFile(made, altered, { genesis }), `bit ${bit}`).rejects.toMatchObject({
        code: expect.stringMatching(/^INTEGRITY$|^INPUT_MALFORMED$/),
      });
    }
    expect(flips).toBeGreaterThan(300);
  });

  test("T8: cut off at every 97 bytes", async () => {
    for (let length = 0; length < chain.length; length += 97)
      await expect(verifyChainFile(made, chain.subarray(0, length))).rejects.toMatchObject({
        code: expect.stringMatching(/^INTEGRITY$|^INPUT_MALFORMED$/),
      });
  });
});

test("S16: a witness's enrolment is no custodian's, for a founding and for a rekey", async () => {
  await using copy = await made.copy();
  const { place } = copy;
  await enrolledWitness(place);
  const seats = [
    "--threshold",
    "2",
    "--custodian",
    "walter=walter.enrolment",
    "--custodian",
    "bob",
    "--shares-dir",
    "new",
  ];
  for (const command of [
    ["init", "--rehearsal", "--vault", "second"],
    ["quorum", "rekey", "root", "--vault", "vault", ...copy.flags("alice", "bob")],
    ["quorum", "create", "cards", "--vault", "vault", ...copy.flags("alice", "bob")],
  ]) {
    const seen = await place.run(...command, ...seats);
    expect(seen.stderr).toContain("walter.enrolment: enrolment: enrolment.type: not a custodian's enrolment");
    expect(seen.status).toBe(2);
  }
});
