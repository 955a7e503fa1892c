import type { Secret } from "../secret.ts";

/** Bytes of a share: the point's y (32), then its x (1). */
export const SHARE_LENGTH = 33;

/** One custodian's part of a split secret: a point of the polynomials over GF(2^8). Owns its bytes. */
export class Share implements Disposable {
  /** 33 bytes: the point's y (32), then its x (1). */
  readonly bytes: Secret;

  /**
   * @param bytes taken over, also on a throw
   * @throws {RangeError} another length than 33, or x = 0, where the secret itself lies
   */
  constructor(bytes: Secret) {
    const valid = bytes.length === SHARE_LENGTH && bytes.reveal()[SHARE_LENGTH - 1] !== 0;
    if (!valid) {
      bytes[Symbol.dispose]();
      throw new RangeError(`a share has ${SHARE_LENGTH} bytes, the last of which is not 0`);
    }
    this.bytes = bytes;
  }

  /** The point's coordinate, 1 to 255: public, and another one for each custodian. */
  get x(): number {
    return this.bytes.reveal()[SHARE_LENGTH - 1] ?? 0;
  }

  [Symbol.dispose](): void {
    this.bytes[Symbol.dispose]();
  }
}
