import { realpathSync, statSync } from "node:fs";
import type { Check, Observation, Place } from "../check.ts";
import { ioExplained } from "../files.ts";
import { shellWord } from "../shell-word.ts";

const WANTED = [24, 15] as const;

/** Which Node.js runs us, and whether others could replace it. */
export const nodeCheck = {
  name: "node",
  title: "Node.js",
  run: async ({ node }: Pick<Place, "node">) => {
    const flags = node.flags.length === 0 ? "no flags" : node.flags.join(" ");
    return [
      ...observeVersion(node.version),
      { level: "ok", found: `${node.path} with ${flags}` },
      { level: "ok", found: `its SHA-256 is ${node.sha256}` },
      ...observeBinary(node.path),
    ];
  },
} satisfies Check;

function observeVersion(version: string): Observation[] {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) return [{ level: "ok", found: version }];
  return [{ level: "refusal", found: `${version}, wanted ${WANTED.join(".")} or newer`, mend: "npm ci" }];
}

function observeBinary(path: string): Observation[] {
  return ioExplained(path, () => {
    const real = realpathSync(path);
    const { uid, mode } = statSync(real);
    const observations: Observation[] = [];
    if (uid !== 0 && uid !== process.getuid?.()) {
      const found = `${real} belongs to user ${uid}, who may replace it`;
      observations.push({ level: "warning", found, mend: `chown root ${shellWord(real)}` });
    }
    if ((mode & 0o022) !== 0) {
      const found = `${real} has mode ${(mode & 0o7777).toString(8).padStart(4, "0")}: others may replace it`;
      observations.push({ level: "warning", found, mend: `chmod go-w ${shellWord(real)}` });
    }
    return observations;
  });
}
