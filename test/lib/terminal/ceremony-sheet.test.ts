import { describe, expect, test } from "vitest";
import type { Script } from "../../../src/lib/ceremony/script.ts";
import { readScript, type ScriptFile, shippedScripts } from "../../../src/lib/ceremony/script-file.ts";
import { expected, sheetOf } from "../../../src/lib/terminal/ceremony-sheet.ts";
import { ceremonySheetHtml } from "../../../src/lib/terminal/ceremony-sheet-html.ts";
import { ceremonySheetMarkdown } from "../../../src/lib/terminal/ceremony-sheet-markdown.ts";
import { ceremonyText } from "../../../src/lib/terminal/ceremony-text.ts";
import { hostilePayloads } from "../../support/hostile-text.ts";

/** What a page, a table or a spreadsheet would take for more than text. */
const MARKUP = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "</td></tr></table><h1>approved</h1>",
  "</style><style>*{display:none}</style>",
  "<!-- ",
  "-->",
  "<![CDATA[x]]>",
  '" onmouseover="alert(1)',
  "' onload='alert(1)",
  "&lt;script&gt;",
  "&#60;script&#62;",
  "<svg/onload=alert(1)>",
  "<iframe src=//x>",
  "<base href=//x>",
  "<meta http-equiv=refresh content=0>",
  "<link rel=stylesheet href=//x>",
  "{{constructor.constructor('alert(1)')()}}",
  "javascript:alert(1)",
  "![x](http://x/x.png)",
  "[click](javascript:alert(1))",
  "http://example.org/",
  "www.example.org",
  "a@example.org",
  "| a | b |",
  "a|b",
  "\\| a",
  "`rm -rf /`",
  "**bold** _it_ ~~gone~~",
  "# heading",
  "- [x] done",
  "1. first",
  "=cmd|' /C calc'!A0",
  "+1+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  "$(id) `id`",
];

/** A script in which every text is this one; as no file could have it, so that escaping stands alone. */
function scriptOf(text: string): ScriptFile {
  const script: Script = {
    ceremony: "x",
    title: text,
    purpose: text,
    roles: { administrator: 1, custodians: text, newcomers: text, witnesses: 1 },
    inputs: { what: { type: "text", prompt: text } },
    before: [],
    steps: [
      { read: text, note: text, otherwise: text },
      { check: "${inputs.what}", who: "witnesses" },
      { action: "key.create", with: { name: text, tags: [text, text] } },
    ],
    after: [{ sign: ["witnesses"] }],
  };
  return { path: "x.yaml", sha256: "ab".repeat(32), bytes: new Uint8Array(), script };
}

const tagsOf = (html: string) => Array.from(html.matchAll(/<\/?([a-z0-9]+)|<[^a-z/]/gi), ([tag]) => tag);

describe("I8: no text of a script is more than text", () => {
  const harmless = sheetOf(scriptOf("harmless"), { what: "harmless" });

  test.for(MARKUP)("in HTML: %s", (payload) => {
    const html = ceremonySheetHtml(sheetOf(scriptOf(payload), { what: payload }));
    const plain = ceremonySheetHtml(harmless);
    // Names of new custodians are words: there may be more rows of them, of the same tags.
    expect(new Set(tagsOf(html))).toEqual(new Set(tagsOf(plain)));
    expect(html).not.toContain("<script");
    expect(html.match(/[<\s](?:on\w+|src|href)\s*=/gi)?.filter((found) => /^<|"/.test(found)) ?? []).toEqual([]);
    expect(html).not.toMatch(/ on\w+="/);
  });

  test.for(MARKUP)("in Markdown: %s", (payload) => {
    const cells = (text: string) =>
      text
        .split("\n")
        .filter((line) => line.startsWith("| 1 |") || line.startsWith("| 2 |"))
        .map((line) => line.replace(/\\\|/g, "").split("|").length);
    const markdown = ceremonySheetMarkdown(sheetOf(scriptOf(payload), { what: payload }));
    expect(cells(markdown)).toEqual(cells(ceremonySheetMarkdown(harmless)));
    expect(markdown.replaceAll("<br>", "")).not.toMatch(/<[a-z/!]/i);
    expect(markdown).not.toMatch(/(?<!\\)\]\(|:\/\/|www\.\w|(?<!\\)`rm/);
  });

  test("HTML loads nothing, runs nothing, and says so", () => {
    const html = ceremonySheetHtml(harmless);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/<(?:script|img|iframe|object|embed|link|base)\b|url\(|@import|https?:/i);
  });
});

test("I4: nothing that repaints a screen is in any form of a sheet", () => {
  for (const payload of hostilePayloads()) {
    const sheet = sheetOf(scriptOf(payload), { what: payload });
    for (const text of [ceremonyText(sheet), ceremonySheetMarkdown(sheet), ceremonySheetHtml(sheet)]) {
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }
  }
});

describe("each shipped script as a sheet", () => {
  test.for(shippedScripts())("%s: every step, its number, who and how long; the SHA-256 on every page", (name) => {
    const file = readScript(name);
    const sheet = sheetOf(file, {});
    const html = ceremonySheetHtml(sheet);
    expect(Array.from(html.matchAll(/<td class="n">(\d+)<\/td>/g), ([, number]) => Number(number))).toEqual(
      file.script.steps.map((_, i) => i + 1),
    );
    expect(html).toContain(`@bottom-left { content: "${name}  script SHA-256 ${file.sha256}"`);
    expect(html).toContain('content: "page " counter(page) " of " counter(pages)');
    expect(html).not.toContain("${");
    expect(ceremonySheetMarkdown(sheet)).not.toContain("${");
  });
});

test.for([
  [0, "1 step"],
  [45, "1 step, about 45 min"],
  [60, "1 step, about 1 h"],
  [103, "1 step, about 1 h 43 min"],
] as const)("%s minutes: %s", ([minutes, text]) => {
  const sheet = sheetOf(scriptOf("x"), {});
  expect(expected({ ...sheet, steps: sheet.steps.slice(0, 1), minutes })).toBe(text);
});
