import { ConclaveError } from "../../src/lib/errors.ts";
import type { DocumentKind } from "./hostile-documents.ts";
import { damagedFiles, mutantsOf } from "./mutants.ts";

/** What became of the mutants of one kind of document. */
export interface Taken {
  refused: number;
  /** Those that say something else which is as good, or the same. */
  accepted: number;
  /** Refused with another code, or with an error that nobody foresaw: each once. */
  wrong: string[];
  /** Processor time of the slowest, in milliseconds. */
  slowestMs: number;
}

/**
 * Take in `count` files that somebody damaged, and `count` that somebody who may sign wrote otherwise.
 * @param seed of the mutations: the same gives the same mutants
 */
export async function takeMutants(kind: DocumentKind, count: number, seed: number): Promise<Taken> {
  const { signed } = kind;
  const rewritten =
    signed === undefined ? [] : mutantsOf(signed.content, count, seed).map((content) => signed.again(content));
  const taken: Taken = { refused: 0, accepted: 0, wrong: [], slowestMs: 0 };
  const wrong = new Set<string>();
  for (const bytes of [...damagedFiles(kind.bytes, count, seed), ...rewritten]) {
    const before = process.cpuUsage();
    try {
      await kind.take(bytes);
      taken.accepted++;
    } catch (error) {
      if (error instanceof ConclaveError && kind.codes.includes(error.code)) taken.refused++;
      else wrong.add(error instanceof ConclaveError ? `${error.code}: ${error.message}` : String(error));
    }
    const { user, system } = process.cpuUsage(before);
    taken.slowestMs = Math.max(taken.slowestMs, (user + system) / 1000);
  }
  return { ...taken, wrong: [...wrong].slice(0, 10) };
}
