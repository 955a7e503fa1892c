import { statSync, writeFileSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { foundVault } from "../../support/vault.ts";

test("first", async () => {
  await using made = await foundVault();
  await made.createKey("payments", ["alice", "bob"]);
  await made.createKey("signing", ["carol", "bob"], "ed25519");
  const out: string[] = [];
  out.push(`size ${statSync(made.database).size}`);
  for (let i = 0; i < 5; i++) {
    const u = performance.now();
    expect((await made.verify()).result).toBe("VERIFIED");
    out.push(`verify ${performance.now() - u}`);
  }
  const u = performance.now();
  for (let i = 0; i < 50; i++) await made.verify();
  out.push(`50 verify ${performance.now() - u}`);
  const { Session } = await import("node:inspector/promises");
  const session = new Session(); session.connect();
  await session.post("Profiler.enable"); await session.post("Profiler.start");
  for (let i = 0; i < 100; i++) await made.verify();
  const { profile } = await session.post("Profiler.stop");
  const self = new Map<string, number>();
  const dt = profile.timeDeltas ?? []; const byId = new Map(profile.nodes.map((n) => [n.id, n]));
  (profile.samples ?? []).forEach((id, i) => { const n = byId.get(id); const k = `${n?.callFrame.functionName} ${n?.callFrame.url.split("/").slice(-2).join("/")}:${n?.callFrame.lineNumber}`; self.set(k, (self.get(k) ?? 0) + (dt[i] ?? 0)); });
  out.push(...[...self].sort((a, b) => b[1] - a[1]).slice(0, 15).map(([k, v]) => `${k} ${v / 1000}`));
  writeFileSync("/tmp/t1-out", out.join("\n"));
});
