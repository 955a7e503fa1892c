import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { ENTRY_TYPES } from "../../../src/lib/catalogue.ts";
import { checkBefore, type HostChecks, refusalOf } from "../../../src/lib/ceremony/before.ts";
import { scriptSchema } from "../../../src/lib/ceremony/script.ts";
import { workspace } from "../../support/workspace.ts";

const NOON = new Date("2026-11-24T12:00:30.000Z");
const LOOPBACK = { lo: (networkInterfaces()["lo"] ?? []).filter(({ internal }) => internal) };
const ETHERNET = {
  eth0: [{ address: "10.0.0.5", netmask: "", family: "IPv4", mac: "", internal: false, cidr: null }],
} as const;

async function checked(options: {
  swaps?: string;
  interfaces?: HostChecks["interfaces"];
  time?: string;
  before?: object[];
}) {
  await using place = await workspace({ "proc/swaps": options.swaps ?? "Filename Type Size Used Priority\n" });
  const before = options.before ?? [{ host: { swap: "off", network: "down", clock: "confirmed" } }];
  const script = scriptSchema.parse({ ceremony: "a", title: "A", roles: {}, before, steps: [{ read: "a" }] });
  const around = { state: place.file("state"), types: ENTRY_TYPES, clock: () => NOON, lockTimeoutMs: 0 };
  const checks = { kernel: place.file("proc"), interfaces: options.interfaces ?? (() => LOOPBACK) };
  const host = { vault: place.file("vault"), around, checks };
  return await checkBefore(script, host, { readClock: async () => options.time ?? "12:00" });
}

test("a host as it should be", async () => {
  const found = await checked({});
  expect(found.map(({ check, passed }) => [check, passed])).toEqual([
    ["swap off", true],
    ["network down", true],
    ["clock confirmed", true],
  ]);
  expect(refusalOf(found, false)).toBeUndefined();
});

test.for([
  {
    what: "swap in use",
    options: { swaps: "Filename Type\n/dev/sda2 partition\n" },
    found: "/dev/sda2",
    mend: "swapoff -a",
  },
  {
    what: "a network address",
    options: { interfaces: () => ({ ...ETHERNET }) as never },
    found: "eth0",
    mend: "ip link set eth0 down",
  },
  { what: "a clock three minutes behind", options: { time: "12:03" }, found: "the other one differs", mend: "date -u" },
  { what: "a clock three minutes ahead", options: { time: "11:57" }, found: "the other one differs", mend: "date -u" },
])("$what is refused (15), with what mends it; in a rehearsal it is only told", async ({ options, found, mend }) => {
  const checks = await checked(options);
  const refusal = refusalOf(checks, false);
  expect(refusal?.code).toBe("HOST_PREFLIGHT");
  expect(refusal?.message).toContain(found);
  expect(refusal?.suggestions.join()).toContain(mend);
  expect(refusalOf(checks, true)).toBeUndefined();
});

test.for(["11:59", "12:00", "12:02"])("%s is near enough to half a minute past noon", async (time) => {
  expect(refusalOf(await checked({ time }), false)).toBeUndefined();
});

test("all that fails is named", async () => {
  const before = [
    { host: { swap: "off", network: "down", clock: "confirmed" } },
    { vault: { state: "present", chain: "verified" } },
  ];
  const swaps = "Filename Type\n/dev/sda2 partition\n";
  const refusal = refusalOf(
    await checked({ swaps, interfaces: () => ({ ...ETHERNET }) as never, time: "18:00", before }),
    false,
  );
  for (const found of ["/dev/sda2", "eth0", "differs", "no vault"]) expect(refusal?.message).toContain(found);
});

test("a vault that must be there, or must not", async () => {
  const present = await checked({ before: [{ vault: { state: "present" } }] });
  expect(refusalOf(present, true)?.code).toBe("NOT_FOUND");
  const absent = await checked({ before: [{ vault: { state: "absent" } }] });
  expect(refusalOf(absent, true)).toBeUndefined();
});
