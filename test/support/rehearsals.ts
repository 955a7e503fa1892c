import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ENTRY_TYPES } from "../../src/lib/catalogue.ts";
import { fillIn } from "../../src/lib/ceremony/input.ts";
import { rehearsedAnswer } from "../../src/lib/ceremony/rehearsal.ts";
import { readScript } from "../../src/lib/ceremony/script-file.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { rehearse } from "../../src/lib/terminal/rehearse.ts";
import { CeremonyRoom } from "./ceremony-room.ts";
import { normalTranscript } from "./normal-transcript.ts";
import { type Workspace, workspace } from "./workspace.ts";

/** Rehearse a script in process, with every role played; its transcript as every run has it. */
export async function rehearsedUnattended(name: string): Promise<string> {
  process.execArgv.length = 0; // vitest preloads a module, which a process that handles secrets refuses
  await using place = await workspace();
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = place.path;
  try {
    await rehearse(readScript(name), new Map(), {
      attended: false,
      quiet: true,
      around: { state: place.file("state"), types: ENTRY_TYPES, clock: systemClock, lockTimeoutMs: 5000 },
      tool: "conclave/TEST",
      transcriptDir: undefined,
      warn: () => undefined,
    });
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  return await transcriptIn(place);
}

/** Rehearse a script on a terminal, with people who answer everything; its transcript as every run has it. */
export async function rehearsedInRoom(name: string): Promise<string> {
  await using place = await workspace();
  await using terminal = place.terminalWith({ env: { TMPDIR: place.path } }, "ceremony", "rehearse", name);
  const { script } = readScript(name);
  await terminal.waitFor("At each step");
  const folder = await folderOf(place);
  const backups = (await readdir(join(folder, "backups"))).map((file) => join(folder, "backups", file));
  const rehearsal = { folder, vault: "", stateHome: "", backup: backups[0], custodians: [] };
  const inputs = Object.entries(script.inputs).map(([input, asked]) => [
    input,
    rehearsedAnswer(rehearsal, script, input, asked),
  ]);
  const filled = fillIn(script, Object.fromEntries(inputs));
  const room = new CeremonyRoom(terminal, filled, join(folder, "sticks"), join(folder, "shares"));
  await room.enter();
  await room.takeAll();
  await room.sign();
  const status = await terminal.exit;
  if (status !== 0) throw new Error(`exit ${status}:\n${terminal.screen()}`);
  return await transcriptIn(place);
}

async function transcriptIn(place: Workspace): Promise<string> {
  const out = join(await folderOf(place), "out");
  const [file = ""] = (await readdir(out)).filter((entry) => entry.endsWith(".transcript"));
  const text = normalTranscript(await readFile(join(out, file), "utf8"), place.path);
  return text.replace(/(?<=Tool: conclave\/)\S+/, "TEST");
}

async function folderOf(place: Workspace): Promise<string> {
  const [name = ""] = (await readdir(place.path)).filter((entry) => entry.startsWith("conclave-rehearsal-"));
  return place.file(name);
}
