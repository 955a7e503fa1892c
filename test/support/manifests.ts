import { randomUuid } from "../../src/lib/crypto/random.ts";
import { generateSigningSeed, publicKeyOf, signingKey } from "../../src/lib/crypto/signature.ts";
import type { Manifest, Seat } from "../../src/lib/quorum/manifest.ts";

/** A manifest of a rehearsal, 2 of `custodian-0`, `custodian-1`, ... with x = 1, 2, ... and new keys. */
export function manifestOf(custodians: number): Manifest {
  return {
    type: "manifest",
    version: 1,
    vault: randomUuid(),
    quorum: randomUuid(),
    name: "root",
    generation: 1,
    threshold: 2,
    commitment: "0".repeat(64),
    backupRecipient: "age1",
    rehearsal: true,
    previous: null,
    custodians: Array.from({ length: custodians }, (_, i) => newSeat(`custodian-${i}`, i + 1)),
  };
}

/** A new public key. */
export function newKey(): string {
  using seed = generateSigningSeed();
  return publicKeyOf(signingKey(seed));
}

function newSeat(name: string, x: number): Seat {
  return { name, x, custodianKey: newKey(), shareKey: newKey(), recipients: [], key: "host", enrolment: null };
}
