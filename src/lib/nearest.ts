/** Most single-character edits between what was typed and what was meant. */
const FARTHEST = 2;

/** Those of `known` that `typed` was likely meant to be, the nearest first, at most three. */
export function nearest(typed: string, known: readonly string[]): string[] {
  return known
    .map((name) => ({ name, distance: editDistance(typed.slice(0, 64), name) }))
    .filter(({ distance }) => distance <= FARTHEST)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Insertions, deletions and replacements of one character that make `a` into `b` (Levenshtein 1965). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of Array.from(a).entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replace = (row[j] ?? 0) + (character === b[j] ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
