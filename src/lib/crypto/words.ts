import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { fromHex } from "../bytes.ts";

const ENTROPY_DIGITS = 32;

/**
 * The words by which people compare a digest aloud: the 12-word BIP-39 mnemonic (English list) of its first 128 bits.
 *
 * @param digest 64 lower-case hexadecimal digits
 * @throws {SyntaxError} anything else
 */
export function digestWords(digest: string): string {
  if (digest.length !== 64) throw new SyntaxError("a digest has 64 hexadecimal digits");
  return entropyToMnemonic(fromHex(digest).subarray(0, ENTROPY_DIGITS / 2), wordlist);
}

/** Whether somebody's words are those of a digest, in whatever case and spacing they were typed. */
export function areWordsOf(text: string, digest: string): boolean {
  return text.trim().toLowerCase().split(/\s+/).join(" ") === digestWords(digest);
}
