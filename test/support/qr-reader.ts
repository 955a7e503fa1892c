import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether the program `zbarimg` (Debian: zbar-tools), which reads what others drew, is installed. */
export const haveZbar = spawnSync("zbarimg", ["--version"]).status === 0;

/** Pixels of a module's side. */
const SCALE = 6;

/** What a QR code says, read by another program from a picture of it. @param code rows from the top, true where it is dark */
export function readQr(code: readonly (readonly boolean[])[]): string {
  const folder = mkdtempSync(join(tmpdir(), "conclave-qr-"));
  try {
    const picture = join(folder, "code.pgm");
    writeFileSync(picture, pictureOf(code));
    const { status, stdout, stderr } = spawnSync("zbarimg", ["--quiet", "--raw", picture], { encoding: "utf8" });
    if (status !== 0) throw new Error(`zbarimg: ${status} ${stderr}`);
    return stdout.trimEnd();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A grey map (PGM, P5). */
function pictureOf(code: readonly (readonly boolean[])[]): Buffer {
  const width = SCALE * (code[0]?.length ?? 0);
  const height = SCALE * code.length;
  const pixels = Buffer.alloc(width * height, 255);
  for (const [y, row] of code.entries()) {
    for (const [x, dark] of row.entries()) {
      if (!dark) continue;
      for (let line = 0; line < SCALE; line++) {
        const start = (SCALE * y + line) * width + SCALE * x;
        pixels.fill(0, start, start + SCALE);
      }
    }
  }
  return Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]);
}

/** The modules of a code that is drawn with half blocks, light around it. */
export function modulesOfBlocks(lines: readonly string[], width: number): boolean[][] {
  return lines.flatMap((line) => {
    const blocks = Array.from(line.padEnd(width));
    return [
      blocks.map((block) => block === "█" || block === "▀"),
      blocks.map((block) => block === "█" || block === "▄"),
    ];
  });
}

/** The modules of a code that is drawn as one SVG path of runs: `Mx yhNv1h-Nz`. */
export function modulesOfSvg(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const code = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, run, back] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
    if (run !== back) throw new Error("a run that isn't closed");
    code[Number(y)]?.fill(true, Number(x), Number(x) + Number(run));
  }
  return code;
}
