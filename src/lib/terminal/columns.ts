/** Characters that take two columns of a terminal (Unicode Standard Annex 11: wide and fullwidth, in blocks). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns of a terminal that `text` takes; it is one line and escaped already. */
export function countColumns(text: string): number {
  let count = 0;
  for (const character of text) {
    if (!/\p{M}/u.test(character)) count += WIDE.test(character) ? 2 : 1;
  }
  return count;
}

/** `text` with spaces after it, so that it takes at least `width` columns. */
export function padColumns(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - countColumns(text)));
}
