import { id } from "./keyrings.ts";

/** Two RSA public keys of 4096 bits, as a plan spells them. */
export const RSA_KEYS = [
  `-----BEGIN PUBLIC KEY-----
MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAvZX8oYMGmmSnUXNRujkW
mi9dFOM27q2qYpp+HuCv1H2QccT3T815plWA3A8TteuRoYKFKDflCG694CvvOL0l
tJbaIRc2oSnt4Xi/8VurwOnMkMzsvNDYbbBc47OyfH3/r+9BLkbHK2WYV27GyFCZ
0Z2F5DGq55kdIwKXunh7WT/++uHpMVT4AkXgd42z81VKwkwn4s+PQXCt4kzL/KMb
w6TLy8Fq28i/EzHFN4nBJuZ0damCvqwrUbPcKAULjGI5xCZB+NJdPKbFqzxsdFvf
oybqeaduqtCH4SDjedlEUQ8lzA0pS+WMO1nWzNdHTqHlZ1hQeDg5glzn0PCHNvFe
PYL70hXMdjj0cXXwxk3t0wRQwVTMYbq7JTa818F+KuDY0aIe/Qw07m41vh138JV2
+c4K2L5qv4P0i4qDlJF85wJw6VCK7D6o8K8PN0Zo+fIY083nx2RdrqoIZAGenT4q
2v9Xi6kFV32qec8M3BD58lkloBHzN5L1uhqL08t91ax9qolaLvx90pcekyMhQ36i
s5KKmlFQ+svRi+0nSJ3H/qKX+GmUtmr45a0U5TtJUXiOnewM3O9LWwiSgyR1mq4B
Cw4ks1fSY17D8DD2ZgAjozv8t/Oo4kUesx9QeBqZ3XIXIiAHPQwaAwGewssTKf2O
N+Eof96GhjM80uF5QyyrsdECAwEAAQ==
-----END PUBLIC KEY-----
`,
  `-----BEGIN PUBLIC KEY-----
MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAyhTUq8tx/sg8gBJ+EHL2
BrgbYT7fNSPjZJ+1HqcnGxFx0Rd07hgJLp5PPSRjz/bt7HGu8DUjkt6QWbuUPeAx
m2/GM7R2qyrMB31MZICJgnKZET2WS9avMhHMgSrSDNVTan6RpE7jgzsO+1cZXlwx
GX4LuCf0ksgzOafLqUs9NB4dMbdSOB4MTPY7t8Qu8bNZHSAikNOk8opiY+zQVSn8
4HEKLi92AOOeO+iUFp7vRa84W2Pjl3h1p0Ciuyv6Agzhtrjc/Cu3OWPneNzh45CF
anblLATu4gcR8j0MTxdrWdR1RChLBXQeg2s673xF3+FEbCyir+wKHwP0xkcSG7Nn
KTXL4lYFDW42kaAyIQABg5bags3Db+EsE5WseTGDxcgv3w3fD19i9AItTjtjOBYE
Gyqix0xjJw+Yms2ryeBNKl2DhPqLI0KItQB08iRxhC20oZLzkqib7zGNc8fQpQ3Y
B7EwnsC7SQD0LIqV01XrXK782Xm39uxHa+oFQgk0uOBoYHBJj9oKsoQ93W6F9iAX
4WfFyhCnOmsinVVybrboVCFuCbAup5rF+L/6pUVr3/+XPtFHHFsU0JYHDe3D2loy
ZVCV1aqzMIYk8xxASC+UCLwk16qvhAM833mmMl025diGMpmp3QuWfy20S5g4k2CE
mEwjbcZOfaW54PK564x7HCsCAwEAAQ==
-----END PUBLIC KEY-----
`,
] as const;

export const AGE_RECIPIENTS = [
  "age1ezeppldsqvgtd7z0qdukr4my3qykv4w2j0ugtreqshqmgp6kpq3s3urkck",
  "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e",
] as const;

const KEY = { id: id(100), name: "payments", keyring: { id: id(2), name: "default" } };
const OTHERS = {
  "key.id": id(101),
  "key.name": "pension",
  "key.keyring.id": id(1),
  "key.keyring.name": "cards",
  version: 3,
};

/** Parameters of an export to each kind of recipient, and for each place in them another value that is allowed there. */
export const EXPORT_SAMPLES = {
  vault: {
    parameters: {
      key: KEY,
      version: 2,
      to: {
        kind: "vault",
        request: {
          type: "transfer-request",
          version: 1,
          vault: id(7),
          name: "partner",
          epoch: id(8),
          genesis: "0".repeat(64),
          hostKey: "1".repeat(64),
          rehearsal: false,
          wrappingKey: { id: id(102), name: "inbound", keyring: { id: id(3), name: "incoming" } },
          publicKey: RSA_KEYS[0],
          expires: "2026-12-01T12:00:00.000Z",
          time: "2026-11-24T12:00:00.000Z",
        },
        words: "checked",
      },
    },
    others: {
      ...OTHERS,
      "to.request.vault": id(9),
      "to.request.name": "other",
      "to.request.epoch": id(9),
      "to.request.genesis": "2".repeat(64),
      "to.request.hostKey": "2".repeat(64),
      "to.request.rehearsal": true,
      "to.request.wrappingKey.id": id(103),
      "to.request.wrappingKey.name": "outbound",
      "to.request.wrappingKey.keyring.id": id(4),
      "to.request.wrappingKey.keyring.name": "other",
      "to.request.publicKey": RSA_KEYS[1],
      "to.request.expires": "2026-12-01T12:00:00.001Z",
      "to.request.time": "2026-11-24T12:00:00.001Z",
      "to.words": "unchecked",
    },
    fixed: ["to.kind", "request.type", "request.version"],
  },
  rsa: {
    parameters: {
      key: KEY,
      version: 2,
      to: { kind: "rsa", mechanism: "rsa-aes-key-wrap", publicKey: RSA_KEYS[0] },
    },
    others: { ...OTHERS, "to.mechanism": "rsa-oaep", "to.publicKey": RSA_KEYS[1] },
    fixed: ["to.kind"],
  },
  age: {
    parameters: { key: KEY, version: 2, to: { kind: "age", recipients: [AGE_RECIPIENTS[0]] } },
    others: { ...OTHERS, "to.recipients.0": AGE_RECIPIENTS[1] },
    fixed: ["to.kind"],
  },
  passphrase: {
    parameters: { key: KEY, version: 2, to: { kind: "passphrase" } },
    others: OTHERS,
    fixed: ["to.kind"],
  },
};
