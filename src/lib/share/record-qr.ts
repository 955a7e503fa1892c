import { encodeQR } from "qr";
import { fromUtf8 } from "../bytes.ts";
import type { Secret } from "../secret.ts";

/** Modules of light around the code that a reader needs (ISO/IEC 18004, 5.3.8). */
export const QUIET_ZONE = 4;

/**
 * The QR code of a record in upper case, which needs half the space of lower case (alphanumeric mode): version 5, of
 * whose area a quarter may be spoilt.
 *
 * The record becomes a string here, since the library takes no other: it can't be zeroed.
 *
 * @param record its text, in lower case; stays the caller's
 * @returns the rows from the top, true where it is dark, with the quiet zone around; secret as the record
 */
export function recordQr(record: Secret): boolean[][] {
  return encodeQR(fromUtf8(record.reveal()).toUpperCase(), "raw", {
    ecc: "quartile",
    encoding: "alphanumeric",
    border: QUIET_ZONE,
  });
}
