/** zxcvbn's scale ends at 4; below 3 an offline attack on a slow hash is within reach. */
const STRONG = 3;

/** Of a longer passphrase the start alone is judged, since the time grows faster than the length. */
const JUDGED_CHARACTERS = 128;

/**
 * Why a passphrase is too weak to seal a share, in one line; undefined if it is strong.
 *
 * @param context what an attacker knows and the passphrase must not rest on: names of the vault and of custodians
 */
export async function passphraseWeakness(passphrase: string, context: readonly string[]): Promise<string | undefined> {
  const { ZxcvbnFactory } = await import("@zxcvbn-ts/core");
  const common = await import("@zxcvbn-ts/language-common");
  const english = await import("@zxcvbn-ts/language-en");
  const estimator = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
  const { score, feedback, crackTimes } = estimator.check(passphrase.slice(0, JUDGED_CHARACTERS), [...context]);
  if (score >= STRONG) return undefined;
  const advice = feedback.warning?.replace(/\.$/, "") ?? "add more words that are less common";
  return `guessed offline in ${crackTimes.offlineSlowHashingXPerSecond.display}: ${advice}`;
}
