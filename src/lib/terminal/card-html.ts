import type { Secret } from "../secret.ts";
import { recordQr } from "../share/record-qr.ts";
import { escapeHtml } from "./html.ts";
import { cardAdvice, joinSecret, type ShareCard } from "./share-card.ts";

const STYLE = `
  @page { size: auto; margin: 14mm 15mm; }
  * { box-sizing: border-box; }
  body { max-width: 180mm; margin: 8mm auto; color: #000; background: #fff; font: 9.6pt/1.36 Georgia, "Liberation Serif", serif; }
  header { display: flex; justify-content: space-between; align-items: baseline; border-bottom: 1.2pt solid; padding-bottom: 1.5mm; }
  h1 { font-size: 17pt; margin: 0; font-weight: 600; }
  header strong { font: 700 10pt/1 "Liberation Sans", Arial, sans-serif; letter-spacing: .14em; border: 1.2pt solid; padding: 1.2mm 2mm; }
  h2 { font: 700 8pt/1.3 "Liberation Sans", Arial, sans-serif; letter-spacing: .06em; text-transform: uppercase; margin: 3.4mm 0 .8mm; }
  p { margin: 0; }
  .sentence { margin: 2.4mm 0 0; font-style: italic; }
  table { border-collapse: collapse; margin: 2.4mm 0 0; }
  th { text-align: left; font-weight: 400; padding: 0 5mm 0 0; vertical-align: top; }
  td { padding: 0; overflow-wrap: anywhere; }
  td, pre, li { font-family: "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace; }
  td { font-size: 8.2pt; }
  .share { display: flex; gap: 7mm; align-items: flex-start; break-inside: avoid; }
  .share svg { flex: none; width: 56mm; height: 56mm; margin: -1mm -4mm -3mm auto; }
  pre { margin: 0; font-size: 16pt; line-height: 1.5; font-weight: 600; }
  ol { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(6, 1fr); gap: .5mm 2mm; counter-reset: word; font-size: 9.6pt; }
  li { counter-increment: word; white-space: nowrap; font-weight: 600; }
  li::before { content: counter(word); display: inline-block; width: 5.5mm; margin-right: 1.6mm; text-align: right; font-weight: 400; font-size: 7.4pt; color: #444; }
  @media print { body { max-width: none; margin: 0; } }
`;

/**
 * A share's card as one HTML page that loads nothing, for a sheet of A4 or Letter.
 * @returns UTF-8, the caller's to dispose of
 */
export function cardHtml(card: ShareCard): Secret {
  const { custodian, sentence, record, facts, lines, words, text } = card;
  const row = ([name, value]: readonly [string, string]) =>
    `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`;
  const advice = cardAdvice(card).map(
    ([heading, said]) => `<h2>${escapeHtml(heading)}</h2>\n<p>${escapeHtml(said)}</p>`,
  );
  return joinSecret([
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n`,
    `<meta name="robots" content="noindex">\n<title>Conclave share of ${escapeHtml(custodian)}</title>\n`,
    `<style>${STYLE}</style>\n</head>\n<body>\n`,
    `<header><h1>Conclave share of ${escapeHtml(custodian)}</h1><strong>${record.rehearsal ? "REHEARSAL" : "SECRET"}</strong></header>\n`,
    sentence === undefined ? "" : `<p class="sentence">${escapeHtml(sentence)}</p>\n`,
    `<table>\n${facts.map(row).join("\n")}\n</table>\n`,
    `<div class="share"><div><h2>Record: five groups a line, 22 in all</h2>\n<pre>\n`,
    ...lines.flatMap((line) => [line, "\n"]),
    `</pre></div>\n${codeSvg(recordQr(text))}</div>\n`,
    "<h2>Words: from left to right</h2>\n<ol>\n",
    ...words.flatMap((word) => ["<li>", word, "</li>\n"]),
    `</ol>\n${advice.join("\n")}\n</body>\n</html>\n`,
  ]);
}

/** One path of black runs on white. */
export function codeSvg(code: readonly (readonly boolean[])[]): string {
  const runs = code.flatMap((row, y) => {
    const starts = row.flatMap((dark, x) => (dark && row[x - 1] !== true ? [x] : []));
    return starts.map((x) => {
      const end = row.indexOf(false, x);
      const length = (end === -1 ? row.length : end) - x;
      return `M${x} ${y}h${length}v1h-${length}z`;
    });
  });
  const size = code.length;
  const box = `viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" role="img" aria-label="QR code of the record"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}><rect width="${size}" height="${size}" fill="#fff"/><path fill="#000" d="${runs.join("")}"/></svg>`;
}
