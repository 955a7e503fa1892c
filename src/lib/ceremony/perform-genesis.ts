import { existsSync } from "node:fs";
import { basename } from "node:path";
import { ConclaveError } from "../errors.ts";
import { isName } from "../names.ts";
import type { Line } from "../quorum/action.ts";
import { foundingAlone } from "../quorum/founding-alone.ts";
import { createVault } from "../quorum/genesis.ts";
import { proveShares } from "../quorum/prove.ts";
import { checkSeats } from "../quorum/seat-request.ts";
import { currentGenerations, rootQuorum, unprovedSeats } from "../quorum/state.ts";
import { findUnfinished, removeUnfinished } from "../quorum/unfinished.ts";
import type { Reader } from "../storage/storage.ts";
import { hasVault } from "../vault/read-only.ts";
import { openVault, type Vault } from "../vault/vault.ts";
import { genesisSchema } from "./built-in.ts";
import { type Ceremony, vaultOf } from "./ceremony.ts";
import { parseValues } from "./parse-values.ts";
import type { Stage, StepResult } from "./stage.ts";

/** Make the vault, its root quorum and the first shares, as `init` does; go on with what a crash cut off. */
export async function performGenesis(ceremony: Ceremony, index: number): Promise<StepResult | undefined> {
  const { host, stage, log } = ceremony;
  const asked = parseValues(ceremony, index, genesisSchema);
  const { around, vault: path } = host;
  const { rehearsal } = log.start;
  return foundingAlone(around, async () => {
    const begun = log.all("begin").filter(({ step }) => step === index).length > 1; // this try is told of already
    if (begun && (await isInForce(ceremony))) {
      await using vault = await vaultOf(ceremony);
      return { lines: await vaultLines(vault) };
    }
    const unfinished = await findUnfinished(path, around);
    if (unfinished.kind === "pending" && !begun)
      throw new ConclaveError("EXISTS", `an unfinished genesis is at ${path}`, {
        suggestions: ["Name another folder with --vault", "Or let conclave init remove it"],
      });
    const name = asked.name ?? (isName(basename(path)) ? basename(path) : "vault");
    const goesOn = unfinished.kind === "pending" && (await areSharesThere(ceremony));
    const { threshold, custodians } = await stage.newSeats(asked, rehearsal, !goesOn);
    const place = { vault: name, rehearsal, custodians: custodians.map((seat) => seat.name) };
    if (goesOn) {
      await using vault = await vaultOf(ceremony);
      await proveShares(vault, (await rootQuorum(vault.reader)).id, stage.founding(place));
      return await toldIfInForce(vault, stage);
    }
    await removeUnfinished(path, unfinished, around);
    checkSeats(path, threshold, custodians);
    await using vault = await createVault(
      { path, name, threshold, custodians, rehearsal },
      around,
      stage.founding(place),
    );
    return await toldIfInForce(vault, stage);
  });
}

/** What people take down of a vault that was made or restored. */
export async function vaultLines({ identity, path, reader }: Vault): Promise<Line[]> {
  const quorums = await currentGenerations(reader);
  const lines: Line[] = [
    { label: "Vault", value: `${identity.name} (${identity.id})` },
    { label: "Folder", value: path },
    { label: "Genesis hash", value: identity.genesis },
  ];
  for (const { id, name, generation, manifest } of quorums) {
    lines.push({ label: `Quorum ${name}`, value: `${manifest.threshold} of ${manifest.custodians.length}` });
    lines.push(...(await shareLines(reader, id, generation)));
  }
  return lines;
}

/** Where the shares of a generation were written, in the order of names. */
export async function shareLines(reader: Reader, quorum: string, generation: number): Promise<Line[]> {
  const seats = await Array.fromAsync(reader.rows("seats", { where: { quorum, generation } }));
  return seats
    .sort((a, b) => (a.custodian < b.custodian ? -1 : 1))
    .flatMap(({ custodian, file }) => (file === null ? [] : [{ label: `Share of ${custodian}`, value: file }]));
}

async function toldIfInForce(vault: Vault, stage: Stage): Promise<StepResult | undefined> {
  const { id } = await rootQuorum(vault.reader);
  const active = await vault.reader.find("generations", { quorum: id, state: "active" });
  if (active !== undefined) return { lines: await vaultLines(vault) };
  await stage.proofsAwaited(await unprovedSeats(vault.reader, id, 1));
  return undefined;
}

/** Whether the vault that this run began is there, and all proved. */
export async function isInForce({ host }: Ceremony): Promise<boolean> {
  if (!hasVault(host)) return false;
  try {
    await using vault = await openVault(host.vault, host.around);
    return (await vault.reader.find("generations", { state: "active" })) !== undefined;
  } catch (error) {
    if (error instanceof ConclaveError) return false; // findUnfinished tells what is wrong
    throw error;
  }
}

async function areSharesThere(ceremony: Ceremony): Promise<boolean> {
  await using vault = await vaultOf(ceremony);
  const seats = await Array.fromAsync(vault.reader.rows("seats"));
  return seats.every(({ file }) => file !== null && existsSync(file));
}
