import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromUtf8 } from "../../../src/lib/bytes.ts";
import { writePem, writeSecretPem } from "../../../src/lib/crypto/write-pem.ts";
import { Secret } from "../../../src/lib/secret.ts";

test("is what Buffer makes of any bytes, in lines of 64 characters", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const lines =
        Buffer.from(bytes)
          .toString("base64")
          .match(/.{1,64}/g) ?? [];
      const wanted = ["-----BEGIN A KEY-----", ...lines, "-----END A KEY-----", ""].join("\n");
      expect(fromUtf8(writePem("A KEY", bytes))).toBe(wanted);
    }),
  );
});

test("a private key is spelt as OpenSSL spells it", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const der = new Secret(Uint8Array.from(privateKey.export({ format: "der", type: "pkcs8" })));
  using pem = writeSecretPem("PRIVATE KEY", der);
  const text = fromUtf8(pem.reveal());
  expect(text).toBe(privateKey.export({ format: "pem", type: "pkcs8" }));
  expect(createPrivateKey(text).equals(privateKey)).toBe(true);
});
