import { fromHex, hex, utf8 } from "../bytes.ts";
import { Secret } from "../secret.ts";
import { open, sealWithNonce } from "./aead.ts";
import { aesCmac } from "./cmac.ts";
import { equalBytes } from "./constant-time.ts";
import { sha256 } from "./digest.ts";
import { hkdf } from "./kdf.ts";
import { publicKeyOf, sign, signingKey, verify } from "./signature.ts";

interface KnownAnswer {
  algorithm: string;
  source: string;
  holds: () => boolean;
}

const KNOWN_ANSWERS: readonly KnownAnswer[] = [
  {
    algorithm: "SHA-256",
    source: "FIPS 180-4, example abc",
    holds: () => hex(sha256(utf8("abc"))) === "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  },
  {
    algorithm: "AES-256-CMAC",
    source: "SP 800-38B, D.3 example 11",
    holds: () =>
      hex(
        aesCmac(
          fromHex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
          fromHex(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
          ).subarray(0, 40),
        ),
      ) === "aaf3d8f1de5640c232f5b169b9c911e6",
  },
  { algorithm: "XAES-256-GCM", source: "C2SP XAES-256-GCM, second vector", holds: xaesHolds },
  {
    algorithm: "HKDF-SHA-256",
    source: "RFC 5869, A.1",
    holds: () =>
      hex(
        hkdf(new Uint8Array(22).fill(0x0b), fromHex("000102030405060708090a0b0c"), fromHex("f0f1f2f3f4f5f6f7f8f9"), 42),
      ) === "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  { algorithm: "Ed25519", source: "RFC 8032, 7.1 test 2", holds: ed25519Holds },
];

/**
 * Known answers of every algorithm of this folder, to be run before anything is unlocked; under 10 ms.
 * @throws {Error} this host's Node.js computes something else: nothing it does can be trusted
 */
export function selfTest(): void {
  for (const { algorithm, source, holds } of KNOWN_ANSWERS) {
    if (!holds()) throw new Error(`self-test failed: ${algorithm} (${source})`);
  }
}

function xaesHolds(): boolean {
  using key = new Secret(new Uint8Array(32).fill(3));
  const nonce = utf8("ABCDEFGHIJKLMNOPQRSTUVWX");
  const associated = utf8("c2sp.org/XAES-256-GCM");
  const sealed = sealWithNonce(key, nonce, utf8("XAES-256-GCM"), associated);
  if (hex(sealed) !== "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d") return false;

  using opened = open(key, Uint8Array.of(...nonce, ...sealed), associated, "self-test");
  return equalBytes(opened.reveal(), utf8("XAES-256-GCM"));
}

function ed25519Holds(): boolean {
  using seed = new Secret(fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const key = signingKey(seed);
  const publicKey = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
  const signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
  const message = Uint8Array.of(0x72);
  return (
    publicKeyOf(key) === publicKey &&
    sign(key, message) === signature &&
    verify(publicKey, message, signature) &&
    !verify(publicKey, Uint8Array.of(0x73), signature)
  );
}
