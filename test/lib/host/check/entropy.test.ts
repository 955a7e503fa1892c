import { expect, test } from "vitest";
import { entropyCheck } from "../../../../src/lib/host/check/entropy.ts";
import { workspace } from "../../../support/workspace.ts";

test.for([
  { bits: "256", level: "ok", found: "the generator is ready, 256 bits in the pool" },
  { bits: "128", level: "ok", found: "the generator is ready, 128 bits in the pool" },
  { bits: "127", level: "warning", found: "127 bits in the pool, wanted 128: the host has few sources of randomness" },
])("H9: $bits bits in the pool: $level", async ({ bits, level, found }) => {
  await using place = await workspace({ "proc/sys/kernel/random/entropy_avail": `${bits}\n` });
  const [observation] = await entropyCheck.run({ kernel: place.file("proc") });
  expect(observation).toMatchObject({ level, found });
});

test("without /proc the pool is unknown", async () => {
  await using place = await workspace();
  const [observation] = await entropyCheck.run({ kernel: place.file("proc") });
  expect(observation).toMatchObject({ level: "ok", found: expect.stringMatching(/unknown here$/) });
});
