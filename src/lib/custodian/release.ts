import type { KeyObject } from "node:crypto";
import { publicKeyOf } from "../crypto/signature.ts";
import { ConclaveError } from "../errors.ts";
import type { Pin } from "../share/pin.ts";
import type { EnrolmentFile } from "./enrolment.ts";
import { type Handover, signHandover } from "./handover.ts";

/**
 * Sign a seat over to another enrolment of the same custodian.
 * @param pin of the share: vault and generation of the seat
 * @param custodianKey the one that speaks for the seat
 * @throws ConclaveError INPUT_MALFORMED: the enrolment is somebody else's, or of the same key
 */
export function releaseSeat(pin: Pin, custodian: string, to: EnrolmentFile, custodianKey: KeyObject): Handover {
  const { name, custodianKey: key } = to.enrolment;
  const from = publicKeyOf(custodianKey);
  if (name !== custodian) throw new ConclaveError("INPUT_MALFORMED", `enrolment: is ${name}'s, not ${custodian}'s`);
  if (key === from) throw new ConclaveError("INPUT_MALFORMED", "enrolment: of the identity that is to hand over");
  const { vault, genesis, manifest } = pin;
  return signHandover({ type: "handover", version: 1, vault, genesis, manifest, custodian, from, to }, custodianKey);
}
