import { ConclaveError } from "../errors.ts";
import type { ShareDocument } from "../share/document.ts";
import { QuorumNotMetError } from "../share/shamir.ts";
import type { Approval } from "./approval.ts";
import type { QuorumProgress } from "./interaction.ts";
import type { QuorumGeneration } from "./state.ts";
import type { VerifiedShare } from "./verify-share.ts";

/** A verified share, with the approval that it came with if it came as a file. */
export interface GatheredShare extends VerifiedShare {
  approval?: Approval;
}

/** The shares of each quorum, verified; owns them. */
export class GatheredShares implements Disposable {
  readonly quorums: readonly QuorumGeneration[];
  readonly #verified = new Map<string, GatheredShare[]>();
  readonly #documents: ShareDocument[] = [];

  constructor(quorums: readonly QuorumGeneration[]) {
    this.quorums = quorums;
    for (const { id } of quorums) this.#verified.set(id, []);
  }

  /** In the order in which they came. */
  of(quorum: QuorumGeneration): readonly GatheredShare[] {
    return this.#verified.get(quorum.id) ?? [];
  }

  get all(): readonly GatheredShare[] {
    return [...this.#verified.values()].flat();
  }

  /** @param document taken over: its share is `verified`'s */
  add(quorum: QuorumGeneration, verified: GatheredShare, document: ShareDocument): void {
    this.#documents.push(document);
    this.#verified.get(quorum.id)?.push(verified);
  }

  progress(): QuorumProgress[] {
    return this.quorums.map((quorum) => {
      const present = this.of(quorum).map(({ seat }) => seat.name);
      const { threshold, custodians } = quorum.manifest;
      const missing = custodians.map(({ name }) => name).filter((name) => !present.includes(name));
      return { quorum: quorum.name, threshold, present, missing };
    });
  }

  /** @throws ConclaveError QUORUM_NOT_MET naming who could still come */
  assertMet(): void {
    for (const { quorum, present, threshold, missing } of this.progress()) {
      if (present.length < threshold) throw notMet(quorum, present, threshold, missing);
    }
  }

  [Symbol.dispose](): void {
    for (const document of this.#documents) document[Symbol.dispose]();
  }
}

function notMet(
  quorum: string,
  present: readonly string[],
  threshold: number,
  missing: readonly string[],
): ConclaveError {
  const error = new QuorumNotMetError(present.length, threshold);
  const names = present.length === 0 ? "" : ` (${present.join(", ")})`;
  return new ConclaveError(
    error.code,
    `quorum ${quorum} not met: ${present.length} of ${threshold} shares presented${names}`,
    {
      suggestions: [`Present ${threshold - present.length} more, each of one of: ${missing.join(", ")}`],
    },
  );
}
