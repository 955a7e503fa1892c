import { expect, test } from "vitest";
import { DamagedVault, numbers, positions } from "../support/damage.ts";
import { foundVault } from "../support/vault.ts";

/** Five minutes of work; a busy machine may take longer. */
const timeout = 1_800_000;

test("T8: bits of every byte that says something, flipped: the same state, or an integrity error", {
  timeout,
}, async () => {
  await using made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  made.surroundings.state = made.place.file("elsewhere"); // a machine without memory of the vault, which would refuse more
  const vault = new DamagedVault(made);
  const random = numbers(20_261_124);
  const all = positions(vault.sound);
  const sampled = process.env["CONCLAVE_QUICK"] === "1" ? all.filter((_, i) => i % 50 === 0) : all;
  const counts = { "same state": 0, "integrity error": 0 };
  for (const at of sampled) {
    const bit = random.next().value % 8;
    for (const flipped of [bit, (bit + 3) % 8]) {
      counts[await vault.judge(`bit ${flipped} of byte ${at}`, vault.flipped(at, flipped))]++;
    }
  }
  expect(counts["same state"] + counts["integrity error"]).toBe(2 * sampled.length);
  expect(counts["integrity error"]).toBeGreaterThan(sampled.length);
});
