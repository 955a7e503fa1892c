// Build dist: one bundle for each command and the manifest of them all. Runs as npm's prepare script, also where
// the development dependencies or a new enough Node.js are missing: then it says so and leaves conclave to run from src.
import { createHash } from "node:crypto";
import * as fs from "node:fs"; // by name, an old Node.js that lacks one of them could not say so
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const pjson = JSON.parse(fs.readFileSync(`${root}package.json`, "utf8"));

const skipped = await reasonToSkip();
if (skipped) console.error(`build skipped: ${skipped}; conclave runs from src`);
else await rebuild();

async function reasonToSkip() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 24 || (major === 24 && minor < 15)) return `Node.js 24.15 or newer is needed, this is ${process.version}`;
  return import("rolldown").then(
    () => undefined,
    () => "rolldown is not installed",
  );
}

async function rebuild() {
  const commands = fs.globSync("src/commands/**/*.ts", { cwd: root }).sort();
  const fingerprint = fingerprintOf([
    ...fs.globSync("src/**/*.ts", { cwd: root }).sort(),
    "package.json",
    "bin/build.js",
  ]);
  if (fs.existsSync(`${root}dist/${fingerprint}`)) return;

  const fresh = `${root}dist.tmp-${process.pid}`;
  fs.rmSync(fresh, { recursive: true, force: true });
  try {
    await bundle(commands, fresh);
    await writeManifest(fresh);
    fs.writeFileSync(`${fresh}/${fingerprint}`, "");
    replaceDist(fresh);
  } finally {
    fs.rmSync(fresh, { recursive: true, force: true });
  }
}

/** Name of an empty file in dist that says what it was built from. */
function fingerprintOf(files) {
  const hash = createHash("sha256").update(process.version);
  for (const file of files) hash.update(`\0${file}\0`).update(fs.readFileSync(root + file));
  return `.built-from-${hash.digest("hex").slice(0, 32)}`;
}

async function bundle(commands, fresh) {
  const { build } = await import("rolldown");
  const entries = commands.map((file) => [file.slice("src/".length, -".ts".length), root + file]);
  await build({
    input: Object.fromEntries([["main", `${root}src/lib/terminal/command-line.ts`], ...entries]),
    platform: "node",
    external: [/^node:/, "better-sqlite3"],
    logLevel: "warn",
    output: { dir: fresh, format: "esm", minify: true, chunkFileNames: "chunks/[name]-[hash].js", comments: false },
  });
}

async function writeManifest(fresh) {
  const { Plugin } = await import("@oclif/core/config");
  const plugin = new Plugin({
    root: fresh,
    isRoot: true,
    pjson: { ...pjson, oclif: { ...pjson.oclif, commands: "./commands" } },
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  });
  fs.mkdirSync(`${fresh}/commands`, { recursive: true });
  await plugin.load();
  fs.writeFileSync(`${fresh}/oclif.manifest.json`, JSON.stringify(plugin.manifest));
}

/** As near to at once as renames allow; another build may do the same at the same time. */
function replaceDist(fresh) {
  const old = `${root}dist.old-${process.pid}`;
  for (let attempt = 1; ; attempt++) {
    try {
      if (fs.existsSync(`${root}dist`)) fs.renameSync(`${root}dist`, old);
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    try {
      fs.renameSync(fresh, `${root}dist`);
      break;
    } catch (error) {
      if (attempt === 5) throw error;
    } finally {
      fs.rmSync(old, { recursive: true, force: true });
    }
  }
}
