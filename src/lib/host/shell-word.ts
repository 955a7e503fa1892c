/** `word` as a POSIX shell must be given it, quoted only where that is needed. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9._/=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
