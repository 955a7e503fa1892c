import { publicKeyOf, signingKey } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { ShareDocument } from "../share/document.ts";
import { QuorumNotMetError } from "../share/shamir.ts";
import type { Approval } from "./approval.ts";
import type { QuorumProgress } from "./interaction.ts";
import type { QuorumGeneration } from "./state.ts";
import type { VerifiedShare } from "./verify-share.ts";

/** What an act asks of those who gather, beside the threshold. */
export interface GatheringRules {
  /** Whether shares alone count, without custodian keys: the act is a recovery then. */
  recoverable: boolean;
  /** Public halves of custodian keys that go over into new shares: these custodians must come themselves. */
  carried: readonly string[];
  /** Names of custodians who must approve, whatever the threshold; none if not given. */
  named?: readonly string[];
}

/** A verified share, with the approval that it came with if it came as a file. */
export interface GatheredShare extends VerifiedShare {
  approval?: Approval;
}

/** The shares of each quorum, verified; owns them. */
export class GatheredShares implements Disposable {
  readonly quorums: readonly QuorumGeneration[];
  readonly rules: GatheringRules;
  readonly #verified = new Map<string, GatheredShare[]>();
  readonly #documents: ShareDocument[] = [];

  constructor(quorums: readonly QuorumGeneration[], rules: GatheringRules) {
    this.quorums = quorums;
    this.rules = rules;
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
      const { threshold } = quorum.manifest;
      const absent = quorum.seats.filter(({ name }) => !present.includes(name));
      const missing = absent.map(({ name }) => name);
      const { carried, named = [] } = this.rules;
      const needed = absent.filter(({ custodianKey, name }) => carried.includes(custodianKey) || named.includes(name));
      return { quorum: quorum.name, threshold, present, missing, needed: needed.map(({ name }) => name) };
    });
  }

  /**
   * The seed of a custodian key that came with a share; stays owned here.
   * @param custodianKey its public half
   * @throws ConclaveError REFUSED it didn't come
   */
  seedOf(custodian: string, custodianKey: string): Secret {
    const seed = this.#documents.find(
      ({ custodianSeed }) => custodianSeed && publicKeyOf(signingKey(custodianSeed)) === custodianKey,
    )?.custodianSeed;
    if (seed !== undefined) return seed;
    throw new ConclaveError(
      "REFUSED",
      `${custodian}'s custodian key lies in ${custodian}'s share, which was not opened here`,
      {
        suggestions: [
          `Let ${custodian} present the share here too: --share ${custodian}=FILE`,
          `Or let ${custodian} enrol: --custodian ${custodian}=ENROLMENT`,
        ],
      },
    );
  }

  /** @throws ConclaveError QUORUM_NOT_MET naming who could still come, or must */
  assertMet(): void {
    for (const { quorum, present, threshold, missing, needed } of this.progress()) {
      if (present.length < threshold) throw notMet(quorum, present, threshold, missing);
      const absent = needed.filter((name) => this.rules.named?.includes(name));
      if (absent.length > 0) throw mustApprove(quorum, absent);
    }
  }

  [Symbol.dispose](): void {
    for (const document of this.#documents) document[Symbol.dispose]();
  }
}

function mustApprove(quorum: string, names: readonly string[]): ConclaveError {
  return new ConclaveError(
    "QUORUM_NOT_MET",
    `quorum ${quorum}: the plan names ${names.join(", ")}, who must approve it`,
    {
      suggestions: [`Let ${names.join(" and ")} present a share too`],
    },
  );
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
