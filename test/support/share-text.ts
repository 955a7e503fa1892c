import { Secret } from "../../src/lib/secret.ts";
import { writeDocument } from "../../src/lib/share/document.ts";
import type { Pin } from "../../src/lib/share/pin.ts";
import { quorumTag, vaultPrefix } from "../../src/lib/share/record.ts";
import { plainShare } from "./sharing.ts";

const PIN: Pin = {
  vault: "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21",
  genesis: "aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e",
  epoch: "0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90",
  host: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  manifest: "05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f",
};

/** The text of a share file of no vault that exists. @param custodianSeed 32 times this byte is the signing seed in it */
export function shareText({
  rehearsal = true,
  custodianSeed,
}: {
  rehearsal?: boolean;
  custodianSeed?: number;
} = {}): Secret {
  using seed = custodianSeed === undefined ? undefined : new Secret(new Uint8Array(32).fill(custodianSeed));
  const record = {
    rehearsal,
    vaultPrefix: vaultPrefix(PIN.vault),
    quorumTag: quorumTag("d94b1f0e-7a55-4d0c-8a3e-51c2b7f09e64"),
    generation: 1,
    threshold: 2,
    total: 3,
    share: plainShare(1),
  };
  const sentence = "This is a share. Keep it secret.";
  return writeDocument({ sentence, record, pin: PIN, ...(seed && { custodianSeed: seed }) });
}
