/**
 * What must not reach a screen or a sheet as it is: control and format characters (bidirectional, zero-width, tag), lone
 * surrogates, private use and unassigned code points, all that is invisible by default, and spaces other than U+0020.
 */
export const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** The first unsafe character of a text, as `U+202E`; undefined if there is none. */
export function firstUnsafe(text: string): { offset: number; name: string } | undefined {
  const offset = text.search(UNSAFE);
  if (offset === -1) return undefined;
  return { offset, name: `U+${(text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, "0")}` };
}
