import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../../src/lib/bytes.ts";
import type { Secret } from "../../../src/lib/secret.ts";
import { readDocument, ShareDocument } from "../../../src/lib/share/document.ts";
import { findPaper } from "../../../src/lib/share/paper.ts";
import { cardHtml } from "../../../src/lib/terminal/card-html.ts";
import { cardText } from "../../../src/lib/terminal/card-text.ts";
import { ShareCard } from "../../../src/lib/terminal/share-card.ts";
import { haveZbar, modulesOfBlocks, modulesOfSvg, readQr } from "../../support/qr-reader.ts";
import { refusalOf } from "../../support/refusal.ts";
import { shareText } from "../../support/share-text.ts";

const TIME = "2026-11-24T09:03:00.000Z";
const RECORD = "cvr1q94ku2jj9slyc97efvqqzqsrqyqqxqs9qsrsvzggpv9q6rq0pcg3qycjz52pw9serqd358guru0qzzd4m6a";

function documentOf(): ShareDocument {
  using text = shareText({ custodianSeed: 5 });
  return readDocument(text);
}

function rendered(how: "paper" | "screen" | "html", document = documentOf()): string {
  using card = new ShareCard("alice", document, TIME);
  using bytes = how === "html" ? cardHtml(card) : cardText(card, how);
  return fromUtf8(bytes.reveal());
}

/** The lines between two headings. */
function linesBetween(text: string, from: string, to: string): string[] {
  const lines = text.split("\n");
  return lines.slice(
    lines.findIndex((line) => line.startsWith(from)) + 1,
    lines.findIndex((line) => line.startsWith(to)),
  );
}

test("the text card, as a person reads it", async () => {
  await expect(rendered("paper")).toMatchFileSnapshot("golden/share-card.txt");
});

test("the HTML card", async () => {
  await expect(rendered("html")).toMatchFileSnapshot("golden/share-card.html");
});

test.for(["paper", "screen", "html"] as const)("%s: Conclave finds the record in it again", (how) => {
  const found = findPaper(utf8(rendered(how)));
  expect(found?.form).toBe("record");
  expect(fromUtf8(found?.text.reveal() ?? utf8(""))).toBe(`${RECORD}\n`);
});

test("the words of the card alone are the share, too", () => {
  const words = linesBetween(rendered("paper"), "WORDS", "WHAT THIS IS").filter((line) => /[a-z]/.test(line));
  const found = findPaper(utf8(words.join("\n")));
  expect(found?.form).toBe("words");
  expect(fromUtf8(found?.text.reveal() ?? utf8(""))).toBe(`${RECORD}\n`);
  const items = Array.from(rendered("html").matchAll(/<li>([a-z]+)<\/li>/g), ([, word]) => word);
  expect(fromUtf8(findPaper(utf8(items.join(" ")))?.text.reveal() ?? utf8(""))).toBe(`${RECORD}\n`);
});

test("nothing of the custodian's signing key, nor the record in lower case", () => {
  for (const how of ["paper", "screen", "html"] as const) {
    expect(rendered(how)).not.toContain("05".repeat(16));
    expect(rendered(how)).not.toContain(RECORD);
  }
});

test("a text card fits on 78 columns, and is ASCII but for the code", () => {
  for (const line of rendered("paper").split("\n")) {
    expect(Array.from(line).length).toBeLessThanOrEqual(78);
    expect(line).toMatch(/^[\x20-\x7e█▀▄]*$/);
  }
});

test("a card of a record alone says what is known", () => {
  const whole = documentOf();
  const text = rendered("paper", new ShareDocument(whole.record, undefined, undefined));
  expect(text).toContain("Vault       6b6e2a522c3e4c17... (the first 16 digits of its id)");
  expect(text).not.toContain("Genesis");
});

test("a production card is marked as secret", () => {
  using text = shareText({ rehearsal: false });
  const card = rendered("paper", readDocument(text));
  expect(card).toMatch(/^CONCLAVE SHARE OF alice +SECRET\n/);
  expect(card).not.toMatch(/rehearsal share/i);
});

test("a card in another's name is refused", async () => {
  const whole = documentOf();
  const sentence = "This is bob's share of quorum root of the Conclave vault acme; 2 of 3 open it. Keep it secret.";
  const document = new ShareDocument(whole.record, whole.pin, undefined, sentence);
  expect(await refusalOf(() => new ShareCard("alice", document, TIME))).toEqual({
    code: "SHARE_OTHER_CUSTODIAN",
    message: "the share file says that it holds bob's share, not alice's",
  });
});

test("I8: what a share file says of itself is text in HTML", () => {
  const whole = documentOf();
  const hostile = `<script>alert("1")</script><img src=x onerror='x'>&amp;`;
  const html = rendered("html", new ShareDocument(whole.record, whole.pin, undefined, hostile));
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;");
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(html).not.toMatch(/<[^>]*\b(?:src|href)=|\burl\(|@import/);
});

test("a card's secrets end with it", () => {
  const card = new ShareCard("alice", documentOf(), TIME);
  const secrets: Secret[] = [card.text, ...card.lines, ...card.words];
  expect(secrets).toHaveLength(1 + 5 + 36);
  card[Symbol.dispose]();
  for (const secret of secrets) expect(() => secret.reveal()).toThrow("secret used after its end");
});

describe.skipIf(!haveZbar)("zbarimg reads the record (skipped where it isn't installed)", () => {
  test.for(["paper", "screen"] as const)("from the text card on %s", (how) => {
    const drawn = linesBetween(rendered(how), "    33 ", "WHAT THIS IS").slice(1, 24);
    const ink = "\u001b[38;2;0;0;0;48;2;255;255;255m";
    if (how === "screen")
      for (const line of drawn) expect(line.startsWith(ink) && line.endsWith("\u001b[0m")).toBe(true);
    const blocks = drawn.map((line) => line.replace(ink, "").replace("\u001b[0m", ""));
    expect(readQr(modulesOfBlocks(blocks, 45))).toBe(RECORD.toUpperCase());
  });

  test("from the HTML card", () => {
    const svg = /<svg [^]*<\/svg>/.exec(rendered("html"))?.[0] ?? "";
    expect(readQr(modulesOfSvg(svg))).toBe(RECORD.toUpperCase());
  });
});
