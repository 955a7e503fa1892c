import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeForJson, show } from "../../../src/lib/terminal/escape.ts";
import { hostilePayloads } from "../../support/hostile-text.ts";

test.for([
  { text: "alice 3-of-5 ✓", shown: "alice 3-of-5 ✓", what: "plain text" },
  { text: "a\r\nb\tc", shown: "a\\u{d}\\u{a}b\\u{9}c", what: "line ends and tabs" },
  { text: "\u001b[2J\u001b]0;x\u0007", shown: "\\u{1b}[2J\\u{1b}]0;x\\u{7}", what: "CSI and OSC" },
  { text: "\u009b31m\u007f", shown: "\\u{9b}31m\\u{7f}", what: "8-bit CSI and DEL" },
  { text: "key\u202egnp.exe\u2066", shown: "key\\u{202e}gnp.exe\\u{2066}", what: "bidirectional controls" },
  { text: "a\u200b\u200db\ufeff\u00ad", shown: "a\\u{200b}\\u{200d}b\\u{feff}\\u{ad}", what: "zero width" },
  { text: "a\u{e0041}\u{e007f}", shown: "a\\u{e0041}\\u{e007f}", what: "tag characters" },
  { text: "\ud800x\udc00", shown: "\\u{d800}x\\u{dc00}", what: "lone surrogates" },
  {
    text: "\ue000\u{f0000}\uffff\u{1fffe}",
    shown: "\\u{e000}\\u{f0000}\\u{ffff}\\u{1fffe}",
    what: "private use, non-characters",
  },
  { text: "\u2028\u2029", shown: "\\u{2028}\\u{2029}", what: "line and paragraph separators" },
  { text: "a\u00a0\u3000b", shown: "a\\u{a0}\\u{3000}b", what: "other spaces" },
  {
    text: "\u3164\u115f\ufe0f\u034f",
    shown: "\\u{3164}\\u{115f}\\u{fe0f}\\u{34f}",
    what: "invisible letters and selectors",
  },
  { text: "e\u0301", shown: "é", what: "NFC" },
  { text: "\u0301a", shown: "\\u{301}a", what: "a mark on what stands before" },
  { text: "x \u0301", shown: "x \\u{301}", what: "a mark on a space" },
  { text: "q\u0335\u0336\u0337\u0338\u0336", shown: "q\u0335\u0336\u0337\\u{338}\\u{336}", what: "a stack of marks" },
  { text: "p\u0430yments", shown: "p\\u{430}yments", what: "a Cyrillic letter among Latin ones" },
  { text: "\u0440\u0430y\u0301-roll", shown: "\\u{440}\\u{430}ý-roll", what: "only in the word that is mixed" },
  { text: "a\u0430\u0301b", shown: "a\\u{430}\\u{301}b", what: "with the marks on it" },
  { text: "k\u03a9 \u2c81b", shown: "k\\u{3a9} \\u{2c81}b", what: "Greek, Coptic among Latin" },
  { text: "\u03bf\u043e", shown: "\\u{3bf}\\u{43e}", what: "Greek among Cyrillic" },
  { text: "платёж of naïve αβγ, 5µm", shown: "платёж of naïve αβγ, 5µm", what: "words of one script each" },
  { text: "Tokyo東京かな 한글abc", shown: "Tokyo東京かな 한글abc", what: "scripts that are written with Latin" },
])("$what", ({ text, shown }) => {
  expect(show(text)).toBe(shown);
});

test.for([
  { length: 200, shown: 200, ellipsis: false },
  { length: 201, shown: 200, ellipsis: true },
  { length: 1_000_000, shown: 200, ellipsis: true },
])("$length characters show as $shown", ({ length, shown, ellipsis }) => {
  const seen = show("x".repeat(length));
  expect(seen.length).toBe(shown);
  expect(seen.endsWith("…")).toBe(ellipsis);
});

describe("I4: what can be seen of a hostile text is one line of visible characters", () => {
  const visible = /^(?:[ \p{L}\p{M}\p{N}\p{P}\p{S}])*$/u;
  const payloads = hostilePayloads();

  test("there are 300 payloads or more", () => {
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(300);
  });

  test("each is shown safely, and not as if it were harmless", () => {
    for (const payload of payloads) {
      const seen = show(payload);
      expect(seen).toMatch(visible);
      expect(seen).toMatch(/\\u\{|…$/);
      expect(seen).toBe(seen.normalize("NFC"));
    }
  });

  test("so is any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        const seen = show(text);
        expect(seen).toMatch(visible);
        expect(Array.from(seen).length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

test("JSON means the same when it is escaped, and is safe to look at", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const line = escapeForJson(JSON.stringify(text));
      expect(JSON.parse(line)).toBe(text);
      expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});
