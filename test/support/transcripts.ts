import type { TranscriptContent } from "../../src/lib/ceremony/transcript.ts";

const DIGEST = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const TIME = "2026-11-24T09:30:00.000Z";

/** A transcript of a ceremony in which everything that a transcript can say is said. */
export const SAMPLE_TRANSCRIPT: TranscriptContent = {
  ceremony: "key-generation",
  title: "Generate the payments key",
  script: DIGEST,
  run: "3a3f0d4e-8f0e-4a54-9d3b-0d2f0c0d7a11",
  rehearsal: false,
  outcome: "unproven",
  started: TIME,
  ended: "2026-11-24T10:15:30.250Z",
  host: "vault-1",
  tool: "conclave 0.4.0",
  vault: {
    id: "6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21",
    name: "payments",
    epoch: "0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90",
    genesis: DIGEST,
    hostKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
  },
  inputs: [
    { name: "name", value: "card-pin" },
    { name: "backups", value: `/media/${"a very long name/".repeat(8)}` },
    { name: "note", value: "" },
  ],
  participants: [
    { role: "administrator", name: "Zoë Müller", quorum: null, key: null },
    { role: "custodian", name: "alice", quorum: "root", key: DIGEST },
    { role: "witness", name: "walter", quorum: null, key: DIGEST },
  ],
  steps: [
    {
      number: 1,
      text: "Everyone present says name and role. ".repeat(4).trim(),
      who: "everyone",
      time: TIME,
      initials: "ZM",
      outcome: "done",
    },
    { number: 2, text: "key.create", who: "custodians", time: null, initials: null, outcome: "not reached" },
  ],
  exceptions: [
    { step: 1, time: TIME, expected: "two witnesses", happened: "one came", decided: "the other joins by telephone" },
  ],
  plans: [
    {
      id: "9d1c7c0e-5f0b-4a6d-8a35-3b3f7b7f6c55",
      digest: DIGEST,
      approvals: [
        { custodian: "alice", quorum: "root", at: "desk", key: "custodian" },
        { custodian: "bob", quorum: "root", at: "host", key: "share" },
      ],
    },
  ],
  entries: [{ sequence: 12, type: "plan.execute", hash: DIGEST }],
  backups: [{ file: "payments-20261124T093000Z.conclave", sha256: DIGEST }],
  checkpoint: `conclave/6b6e2a52-2c3e-4c17-9f0a-3d1f0c5b7e21/0e9b9a5c-61d4-4a6b-b6f5-2f7e0f1f4a90\n12\n${"A".repeat(43)}=\n\n— name ${"B".repeat(92)}\n`,
};
