import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MINUTE, timestamp } from "../../../src/lib/clock.ts";
import { digestWords } from "../../../src/lib/crypto/words.ts";
import { type Anchor, loadAnchor, saveAnchor } from "../../../src/lib/host/anchor.ts";
import { acceptHost, type Desk, type HostClaim } from "../../../src/lib/quorum/desk.ts";
import type { Pin } from "../../../src/lib/share/pin.ts";
import { refusalOf } from "../../support/refusal.ts";
import { type Workspace, workspace } from "../../support/workspace.ts";

const NOW = new Date("2026-11-24T12:00:00.000Z");
const VAULT = "11111111-1111-4111-8111-111111111111";
/** What the machine knows, and what it doesn't. */
const KNOWN = { hostKey: "aa".repeat(32), epoch: "22222222-2222-4222-8222-222222222222", manifest: "bb".repeat(32) };
const OTHER = { hostKey: "cc".repeat(32), epoch: "33333333-3333-4333-8333-333333333333", manifest: "dd".repeat(32) };
const GENESIS = "ee".repeat(32);
const ROOT = "12".repeat(32);
const OTHER_ROOT = "34".repeat(32);
const DIGEST = "56".repeat(32);
const WORDS = digestWords(DIGEST);
const WRONG_WORDS = digestWords("57".repeat(32));

const CLAIM: HostClaim = {
  what: "plan",
  vault: VAULT,
  genesis: GENESIS,
  ...KNOWN,
  head: { size: 20, root: ROOT },
  time: timestamp(NOW),
  digest: DIGEST,
};
const ANCHOR: Anchor = {
  version: 1,
  vault: VAULT,
  genesis: GENESIS,
  epoch: KNOWN.epoch,
  hostKey: KNOWN.hostKey,
  role: "desk",
  head: { size: 20, root: ROOT },
  time: "2026-11-20T00:00:00.000Z",
  verified: null,
  manifests: [KNOWN.manifest],
  recoveries: [],
  replaced: [],
};
const PIN: Pin = {
  vault: VAULT,
  genesis: GENESIS,
  epoch: KNOWN.epoch,
  host: KNOWN.hostKey,
  manifest: KNOWN.manifest,
};

let place: Workspace;
let state: string;
beforeAll(async () => {
  place = await workspace();
  state = place.file("state/conclave");
});
afterEach(() => rmSync(state, { recursive: true, force: true }));
afterAll(async () => place[Symbol.asyncDispose]());

interface Memory {
  anchor?: Anchor;
  pin?: Pin;
}

/** What a machine with this memory makes of a claim. */
function accept(claim: HostClaim, { anchor, pin }: Memory, words?: string): Anchor {
  if (anchor !== undefined) saveAnchor(state, anchor);
  const desk: Desk = { state, now: NOW, pin, words };
  return acceptHost(claim, desk);
}

async function refusal(claim: HostClaim, memory: Memory, words?: string): Promise<string> {
  const refused = await refusalOf(() => accept(claim, memory, words));
  if (refused === "accepted") return refused;
  expect(refused.code).toBe("PLAN_INVALID");
  return refused.message.replace(/^plan: /, "");
}

describe("S13: who is strange is accepted by the words only", () => {
  const memories = { anchor: { anchor: ANCHOR, pin: PIN }, pin: { pin: PIN }, nothing: {} } satisfies Record<
    string,
    Memory
  >;
  const names = { hostKey: "host", epoch: "epoch", manifest: "manifest of your quorum" } as const;
  const members = ["hostKey", "epoch", "manifest"] as const;
  const rows = (["anchor", "pin", "nothing"] as const).flatMap((memory) =>
    Array.from({ length: 8 }, (_, bits) => {
      const strange = members.filter((_, i) => bits & (1 << i));
      return { memory, strange };
    }),
  );

  test.for(rows)("memory: $memory; strange: $strange", async ({ memory, strange }) => {
    const claim = { ...CLAIM, ...Object.fromEntries(strange.map((member) => [member, OTHER[member]])) };
    const unknown = memory === "nothing" ? members : strange;
    const found = [
      await refusal(claim, memories[memory]),
      await refusal(claim, memories[memory], WRONG_WORDS),
      await refusal(claim, memories[memory], WORDS),
      await refusal(claim, memories[memory], `  ${WORDS.toUpperCase().replaceAll(" ", "  ")}\n`),
    ];
    const what = `this machine does not know its ${unknown.map((member) => names[member]).join(", ")}`;
    const needed = unknown.length > 0;
    expect(found).toEqual([
      needed ? what : "accepted",
      needed ? `${what}, and the words are not those of its digest` : "accepted",
      "accepted",
      "accepted",
    ]);
  });

  test("an anchor goes before the pin, which is as old as the share", async () => {
    const pin: Pin = { ...PIN, host: OTHER.hostKey, epoch: OTHER.epoch, manifest: OTHER.manifest };
    expect(await refusal(CLAIM, { anchor: ANCHOR, pin })).toBe("accepted");
    expect(await refusal({ ...CLAIM, ...OTHER }, { anchor: ANCHOR, pin })).toMatch(
      /^this machine does not know its host/,
    );
  });

  test("no words of fewer, of more, or of none", async () => {
    const claim = { ...CLAIM, hostKey: OTHER.hostKey };
    for (const words of ["", "yes", WORDS.split(" ").slice(1).join(" "), `${WORDS} ${WORDS}`, DIGEST]) {
      expect(await refusal(claim, { anchor: ANCHOR }, words)).toMatch(/the words are not those of its digest$/);
    }
  });
});

describe("S13: what no words can mend", () => {
  const replaced = { ...ANCHOR, replaced: [{ hostKey: OTHER.hostKey, epoch: OTHER.epoch }] };
  const rows: { what: string; claim: Partial<HostClaim>; memory: Memory; problem: string }[] = [
    {
      what: "another genesis than the anchor's",
      claim: { genesis: "ff".repeat(32) },
      memory: { anchor: ANCHOR },
      problem: "of another genesis (ffffffffffffffff…) than this machine knows (eeeeeeeeeeeeeeee…)",
    },
    {
      what: "another genesis than the pin's",
      claim: { genesis: "ff".repeat(32) },
      memory: { pin: PIN },
      problem: "of another genesis (ffffffffffffffff…) than this machine knows (eeeeeeeeeeeeeeee…)",
    },
    {
      what: "a host that was replaced",
      claim: OTHER,
      memory: { anchor: replaced },
      problem: "from a host that was replaced",
    },
    {
      what: "another chain of the same size",
      claim: { head: { size: 20, root: OTHER_ROOT } },
      memory: { anchor: ANCHOR },
      problem: "shows another chain of 20 entries than this machine saw",
    },
    {
      what: "a shorter chain in a later document",
      claim: { head: { size: 19, root: OTHER_ROOT } },
      memory: { anchor: ANCHOR },
      problem: "shows 19 entries, this machine saw 20 before it was made",
    },
    {
      what: "another host that shows a shorter chain of the same epoch",
      claim: { hostKey: OTHER.hostKey, head: { size: 19, root: OTHER_ROOT } },
      memory: { anchor: ANCHOR },
      problem: "shows 19 entries, this machine saw 20 before it was made",
    },
    {
      what: "made ahead of the machine's clock",
      claim: { time: timestamp(new Date(NOW.getTime() + 10 * MINUTE + 1)) },
      memory: { anchor: ANCHOR },
      problem: "made at 2026-11-24T12:10:00.001Z, but this machine's clock says 2026-11-24T12:00:00.000Z",
    },
  ];

  test.for(rows)("$what", async ({ claim, memory, problem }) => {
    for (const words of [undefined, WORDS]) expect(await refusal({ ...CLAIM, ...claim }, memory, words)).toBe(problem);
  });

  test("a request is named as one", async () => {
    const claim: HostClaim = { ...CLAIM, what: "request", genesis: "ff".repeat(32) };
    expect(await refusal(claim, { pin: PIN })).toMatch(/^request: of another genesis/);
  });
});

describe("what is no sign of anything", () => {
  const rows: { what: string; claim: Partial<HostClaim> }[] = [
    { what: "ten minutes ahead", claim: { time: timestamp(new Date(NOW.getTime() + 10 * MINUTE)) } },
    { what: "years old", claim: { time: "2020-01-01T00:00:00.000Z", head: { size: 3, root: OTHER_ROOT } } },
    { what: "a shorter chain in an earlier document", claim: { time: ANCHOR.time, head: { size: 19, root: ROOT } } },
    { what: "a longer chain in an earlier document", claim: { time: ANCHOR.time, head: { size: 21, root: ROOT } } },
  ];
  test.for(rows)("$what", async ({ claim }) => {
    expect(await refusal({ ...CLAIM, ...claim }, { anchor: ANCHOR })).toBe("accepted");
  });
});

describe("what the machine remembers then", () => {
  const later = { size: 25, root: OTHER_ROOT };

  test("without an anchor: what the document says", () => {
    expect(accept(CLAIM, { pin: PIN })).toEqual({ ...ANCHOR, time: CLAIM.time });
  });

  test("a longer chain and its document's time; of a shorter or equal one nothing", () => {
    expect(accept({ ...CLAIM, head: later }, { anchor: ANCHOR })).toEqual({ ...ANCHOR, head: later, time: CLAIM.time });
    expect(accept(CLAIM, { anchor: ANCHOR })).toEqual(ANCHOR);
    const earlier = { ...CLAIM, time: ANCHOR.time, head: { size: 3, root: ROOT } };
    expect(accept(earlier, { anchor: ANCHOR })).toEqual(ANCHOR);
  });

  test("a new manifest beside the old ones", () => {
    const { manifests } = accept({ ...CLAIM, manifest: OTHER.manifest }, { anchor: ANCHOR }, WORDS);
    expect(manifests).toEqual([KNOWN.manifest, OTHER.manifest]);
  });

  test.for([
    { what: "anchor", memory: { anchor: ANCHOR } },
    { what: "pin", memory: { pin: PIN } },
  ])("a host that takes the place of the one in the $what: that one is never obeyed again", async ({ memory }) => {
    const moved = accept({ ...CLAIM, ...OTHER, head: { size: 3, root: OTHER_ROOT } }, memory, WORDS);
    expect(moved).toMatchObject({
      hostKey: OTHER.hostKey,
      epoch: OTHER.epoch,
      head: { size: 3 },
      replaced: [{ hostKey: KNOWN.hostKey, epoch: KNOWN.epoch }],
    });
    saveAnchor(state, moved);
    expect(loadAnchor(state, VAULT)).toEqual(moved);
    expect(await refusal(CLAIM, { pin: PIN }, WORDS)).toBe("from a host that was replaced");
  });

  test("on the vault's host itself: its role stays", () => {
    const host: Anchor = { ...ANCHOR, role: "host", verified: ANCHOR.head };
    expect(accept({ ...CLAIM, head: later }, { anchor: host })).toMatchObject({ role: "host", verified: ANCHOR.head });
  });
});
