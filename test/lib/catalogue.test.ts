import { describe, expect, test } from "vitest";
import { ACTIONS, ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { TRANSITIONS } from "../../src/lib/key/state.ts";
import { bindAction } from "../../src/lib/quorum/action.ts";
import { RESTORE } from "../../src/lib/quorum/restore-plan.ts";
import { EXPORT_SAMPLES } from "../support/export-samples.ts";
import { id, keyrings } from "../support/keyrings.ts";
import { changedAt, leavesOf } from "../support/leaves.ts";

/** Parameters of an action that have every member, and for each place in them another value that is allowed there. */
interface Sample {
  parameters: Record<string, unknown>;
  /** By `member.index.member`. */
  others: Record<string, unknown>;
  /** Members, by the end of their place, that can be nothing else. */
  fixed?: readonly string[];
}

const seat = (name: string) => ({ name, shareFile: `/media/${name}.share` });
const enrolment = { custodianKey: "a".repeat(64), recipients: ["age1one"], checked: true };
const OTHER_SEATS = {
  "custodians.0.name": "dora",
  "custodians.0.shareFile": "/media/other",
  "custodians.0.enrolment.custodianKey": "b".repeat(64),
  "custodians.0.enrolment.recipients.0": "age1two",
  "custodians.0.enrolment.checked": false,
  "custodians.1.name": "emil",
  "custodians.1.shareFile": "/media/other",
};

const KEY = { id: id(100), name: "payments", keyring: { id: id(2), name: "default" } };
const OTHER_KEY = { "key.id": id(101), "key.name": "pension", "key.keyring.id": id(1), "key.keyring.name": "cards" };

const NEW_KEY = {
  parameters: {
    keyring: { id: id(2), name: "default" },
    name: "first",
    algorithm: "aes-256",
    usages: ["encrypt", "decrypt"],
    exportable: false,
    tags: { team: "cards" },
    cryptoperiodSeconds: 86_400,
    state: "pre-active",
    activateAt: "2027-01-31T12:00:00.000Z",
    deactivateAt: "2028-01-31T12:00:00.000Z",
  },
  others: {
    "keyring.id": id(1),
    "keyring.name": "cards",
    name: "second",
    algorithm: "hmac-sha256",
    "usages.0": "wrap",
    "usages.1": "unwrap",
    exportable: true,
    "tags.team": "loans",
    cryptoperiodSeconds: null,
    state: "active",
    activateAt: "2027-01-31T12:00:00.001Z",
    deactivateAt: null,
  },
};

const HANDOVER = {
  type: "handover",
  version: 1,
  vault: id(7),
  genesis: "0".repeat(64),
  manifest: "1".repeat(64),
  custodian: "bob",
  from: "2".repeat(64),
  to: {
    enrolment: {
      type: "enrolment",
      version: 1,
      name: "bob",
      custodianKey: "3".repeat(64),
      recipients: ["age1one"],
      created: "2026-11-24T12:00:00.000Z",
      rehearsal: false,
    },
    signature: "4".repeat(128),
  },
};

const SAMPLES: Record<string, Sample> = {
  "clock.accept": {
    parameters: { time: "2026-11-24T12:00:00.000Z" },
    others: { time: "2026-11-24T12:00:00.001Z" },
  },
  "key.sign": {
    parameters: {
      key: KEY,
      version: 2,
      scheme: "ecdsa-sha256",
      format: "der",
      message: { name: "release.txt", sha256: "a".repeat(64), size: 12 },
    },
    others: {
      ...OTHER_KEY,
      version: 3,
      scheme: "ecdsa-sha384",
      format: "p1363",
      "message.name": "other.txt",
      "message.sha256": "b".repeat(64),
      "message.size": 13,
    },
  },
  "key.mac": {
    parameters: { key: KEY, version: 2, message: { name: "body.json", sha256: "a".repeat(64), size: 12 } },
    others: {
      ...OTHER_KEY,
      version: 3,
      "message.name": "other.txt",
      "message.sha256": "b".repeat(64),
      "message.size": 13,
    },
  },
  "key.export": EXPORT_SAMPLES.vault,
  "key.encrypt": {
    parameters: {
      key: KEY,
      version: 2,
      input: { name: "dump.sql", hmac: "a".repeat(64), size: 12 },
      associatedData: { name: "case 17", sha256: "c".repeat(64), size: 7 },
    },
    others: {
      ...OTHER_KEY,
      version: 3,
      "input.name": "other.sql",
      "input.hmac": "b".repeat(64),
      "input.size": 13,
      "associatedData.name": "case 18",
      "associatedData.sha256": "d".repeat(64),
      "associatedData.size": 8,
    },
  },
  "key.decrypt": {
    parameters: {
      key: KEY,
      version: 2,
      input: { name: "dump.enc", sha256: "a".repeat(64), size: 12 },
      associatedData: { name: "case 17", sha256: "c".repeat(64), size: 7 },
      acceptCompromised: false,
    },
    others: {
      ...OTHER_KEY,
      version: 3,
      "input.name": "other.enc",
      "input.sha256": "b".repeat(64),
      "input.size": 13,
      "associatedData.name": "case 18",
      "associatedData.sha256": "d".repeat(64),
      "associatedData.size": 8,
      acceptCompromised: true,
    },
  },
  "key.create": NEW_KEY,
  "key.import": {
    parameters: {
      ...NEW_KEY.parameters,
      source: {
        from: "file",
        name: "zone.jwks",
        format: "jwk",
        kid: "zone",
        commitment: "a".repeat(64),
        checkValue: "0123456789",
        fingerprint: "c".repeat(64),
      },
    },
    others: {
      ...NEW_KEY.others,
      "source.name": "other.jwks",
      "source.format": "pem",
      "source.kid": null,
      "source.commitment": "b".repeat(64),
      "source.checkValue": "1123456789",
      "source.fingerprint": "d".repeat(64),
    },
    fixed: ["source.from"],
  },
  "key.import-version": {
    parameters: {
      key: KEY,
      from: 1,
      algorithm: "aes-256",
      source: {
        from: "file",
        name: "zone.jwks",
        format: "jwk",
        kid: "zone",
        commitment: "a".repeat(64),
        checkValue: "0123456789",
        fingerprint: "c".repeat(64),
      },
    },
    others: {
      ...OTHER_KEY,
      from: 2,
      algorithm: "aes-128",
      "source.name": "other.jwks",
      "source.format": "pem",
      "source.kid": null,
      "source.commitment": "b".repeat(64),
      "source.checkValue": "1123456789",
      "source.fingerprint": "d".repeat(64),
    },
    fixed: ["source.from"],
  },
  "key.rotate": { parameters: { key: KEY, from: 1 }, others: { ...OTHER_KEY, from: 2 } },
  "key.update": {
    parameters: {
      key: KEY,
      changes: {
        name: "renamed",
        tags: { team: "cards" },
        cryptoperiodSeconds: 86_400,
        usages: ["encrypt", "decrypt"],
        exportable: false,
      },
    },
    others: {
      ...OTHER_KEY,
      "changes.name": "otherwise",
      "changes.tags.team": "loans",
      "changes.cryptoperiodSeconds": null,
      "changes.usages.0": "wrap",
      "changes.usages.1": "unwrap",
      "changes.exportable": undefined,
    },
  },
  ...Object.fromEntries(
    TRANSITIONS.map((transition) => [
      `key.${transition}`,
      {
        parameters: { key: KEY, versions: [1, 3], reason: "ticket 4711" },
        others: { ...OTHER_KEY, "versions.0": 2, "versions.1": 4, reason: "" },
      },
    ]),
  ),
  "keyring.create": {
    parameters: { name: "loans", quorum: { id: id(9), name: "root" } },
    others: { name: "cards", "quorum.id": id(8), "quorum.name": "audit" },
  },
  "keyring.rotate": {
    parameters: { keyring: { id: id(2), name: "default" }, from: 1 },
    others: { "keyring.id": id(1), "keyring.name": "cards", from: 2 },
  },
  "quorum.create": {
    parameters: { name: "payments", threshold: 2, custodians: [{ ...seat("dave"), enrolment }, seat("erin")] },
    others: { name: "cards", threshold: 3, ...OTHER_SEATS },
  },
  "quorum.rekey": {
    parameters: {
      quorum: { id: id(9), name: "root" },
      before: { generation: 1, threshold: 2, custodians: ["alice", "bob"] },
      generation: 2,
      threshold: 2,
      custodians: [
        { ...seat("dave"), enrolment },
        { ...seat("bob"), carried: "c".repeat(64) },
      ],
    },
    others: {
      "quorum.id": id(8),
      "quorum.name": "cards",
      "before.generation": 2,
      "before.threshold": 3,
      "before.custodians.0": "carol",
      "before.custodians.1": "carol",
      generation: 3,
      threshold: 3,
      ...OTHER_SEATS,
      "custodians.1.carried": "d".repeat(64),
    },
  },
  "custodian.handover": {
    parameters: {
      quorum: { id: id(9), name: "root" },
      handover: { statement: HANDOVER, signature: "5".repeat(128) },
    },
    others: {
      "quorum.id": id(8),
      "quorum.name": "cards",
      "handover.statement.vault": id(6),
      "handover.statement.genesis": "6".repeat(64),
      "handover.statement.manifest": "6".repeat(64),
      "handover.statement.custodian": "carol",
      "handover.statement.from": "6".repeat(64),
      "handover.statement.to.enrolment.name": "carol",
      "handover.statement.to.enrolment.custodianKey": "6".repeat(64),
      "handover.statement.to.enrolment.recipients.0": "age1two",
      "handover.statement.to.enrolment.created": "2026-11-24T12:00:00.001Z",
      "handover.statement.to.enrolment.rehearsal": true,
      "handover.statement.to.signature": "6".repeat(128),
      "handover.signature": "6".repeat(128),
    },
    fixed: ["statement.type", "statement.version", "enrolment.type", "enrolment.version"],
  },
  "keyring.rewrap": {
    parameters: { keyring: { id: id(2), name: "default" }, to: 2 },
    others: { "keyring.id": id(1), "keyring.name": "cards", to: 3 },
  },
  "backup.verify": {
    parameters: {
      file: { name: "a.backup", sha256: "ab".repeat(32) },
      made: "2026-11-24T03:00:00.000Z",
      manifest: "cd".repeat(32),
    },
    others: {
      "file.name": "b.backup",
      "file.sha256": "ac".repeat(32),
      made: "2026-11-25T03:00:00.000Z",
      manifest: "ce".repeat(32),
    },
  },
  "vault.restore": {
    parameters: {
      file: { name: "a.backup", sha256: "ab".repeat(32), size: 100 },
      made: "2026-11-24T03:00:00.000Z",
      from: "cd".repeat(32),
      hostKey: "ef".repeat(32),
      olderThanAnchor: false,
    },
    others: {
      "file.name": "b.backup",
      "file.sha256": "ac".repeat(32),
      "file.size": 101,
      made: "2026-11-25T03:00:00.000Z",
      from: "ce".repeat(32),
      hostKey: "ee".repeat(32),
      olderThanAnchor: true,
    },
  },
};

const refuse = (problem: string) => new Error(problem);

describe("every parameter of every action is shown to the people who approve it", () => {
  test("each action has a sample here", () => {
    expect([...ACTIONS.keys()].toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
  });

  const cases = Object.entries(SAMPLES).flatMap(([action, sample]) =>
    leavesOf(sample.parameters)
      .map((path) => ({ action, path, place: path.join("."), ...sample }))
      .filter(({ place, fixed = [] }) => !fixed.some((end) => place.endsWith(end))),
  );
  test.for(cases)("$action: $place", async ({ action, path, place, parameters, others }) => {
    const render = async (given: Record<string, unknown>) =>
      JSON.stringify(bindAction(ACTIONS, { action, parameters: given }, refuse).render());
    expect(others, "another value is given above").toHaveProperty([place]);
    const changed = changedAt(parameters, path, () => others[place]) as Record<string, unknown>;
    expect(await render(changed)).not.toBe(await render(parameters));
  });

  test("key.create: one tag more, or none", async () => {
    const render = async (tags: Record<string, string>) => {
      const parameters = { ...SAMPLES["key.create"]?.parameters, tags };
      const bound = bindAction(ACTIONS, { action: "key.create", parameters }, refuse);
      return bound
        .render()
        .map(({ value }) => value)
        .join();
    };
    expect(await render({ team: "cards", cost: "7" })).toContain("cost=7");
    expect(await render({})).not.toContain("team");
  });
});

describe("every action", () => {
  test.for([...ACTIONS.keys()].filter((name) => name !== RESTORE))(
    "%s: its effects are a type of audit entry that follows a plan only",
    (name) => {
      expect(ENTRY_TYPES.get(name)).toMatchObject({ type: name, effect: true });
    },
  );

  test("vault.restore: no vault executes it; its entry stands by itself, and begins an epoch", () => {
    expect(ENTRY_TYPES.get(RESTORE)).toMatchObject({ type: RESTORE, effect: false, newEpoch: true });
    expect([...ENTRY_TYPES.values()].filter(({ newEpoch }) => newEpoch)).toHaveLength(1);
  });

  test.for(Object.entries(SAMPLES))(
    "%s: a quorum guards it, and unknown parameters are refused",
    async ([action, { parameters }]) => {
      await using state = await keyrings([]);
      expect(await bindAction(ACTIONS, { action, parameters }, refuse).quorums(state)).not.toEqual([]);
      for (const given of [{ ...parameters, extra: 1 }, {}]) {
        expect(() => bindAction(ACTIONS, { action, parameters: given }, refuse)).toThrow(/^parameters\./);
      }
    },
  );

  test.for(["", "key.steal", "constructor", "__proto__", "KEY.CREATE"])("%j is none", (action) => {
    const parameters = SAMPLES["key.create"]?.parameters ?? {};
    expect(() => bindAction(ACTIONS, { action, parameters }, refuse)).toThrow(`action ${action} is unknown`);
  });
});

test("each type of entry stands under its own name", () => {
  for (const [name, type] of ENTRY_TYPES) expect(type.type).toBe(name);
  expect(ENTRY_TYPES.size).toBe(new Set(ENTRY_TYPES.values()).size);
});
