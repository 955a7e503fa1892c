import { foundVault } from "../test/support/vault.ts";
import { compare, elapsed, type Ratio } from "./ratio.ts";

const ROUNDS = 15;

/** One approved act against one durable commit of the same vault, locked. */
export async function act(): Promise<Ratio> {
  await using small = await foundVault();
  await using opened = await small.open();
  let made = 0;
  return await compare(
    {
      what: "an approved act: two rehearsal shares opened, chain verified twice, a key made",
      against: "one durable commit of the locked vault",
    },
    ROUNDS,
    () => elapsed(() => small.createKey(`key-${made++}`, ["alice", "bob"])),
    () => elapsed(() => opened.actLocked(async () => undefined)),
  );
}
