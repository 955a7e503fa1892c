import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Start the program: from `dist` if it is wanted and there, else from `src` by type stripping. */
export async function start({ compiled }) {
  const fromDist = compiled && existsSync(`${root}dist/main.js`);
  const main = fromDist ? `${root}dist/main.js` : `${root}src/lib/terminal/command-line.ts`;
  const pjson = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

  try {
    const { runCommandLine } = await import(pathToFileURL(main).href);
    await runCommandLine({
      root: fromDist ? `${root}dist` : root,
      pjson: { ...pjson, oclif: { ...pjson.oclif, commands: fromDist ? "./commands" : "./src/commands" } },
      ignoreManifest: !fromDist,
    });
  } catch (error) {
    const missing = error?.code === "ERR_MODULE_NOT_FOUND";
    process.stderr.write(`error: conclave cannot start${missing ? `: run npm ci in ${root}` : ""} (${error?.name})\n`);
    process.exit(missing ? 15 : 1);
  }
}
