import { test } from "vitest";
import { HARMLESS } from "../../support/hostile-scripts.ts";
import { workspace } from "../../support/workspace.ts";

const BAD = HARMLESS.replace("title:", "titel:").replace("aes-256", "des");

test.concurrent.for([
  { command: "list", outcome: "help", args: ["--help"], status: 0 },
  { command: "list", outcome: "success", args: [], status: 0 },
  { command: "list", outcome: "json", args: ["--json"], status: 0 },
  { command: "show", outcome: "help", args: ["--help"], status: 0 },
  { command: "show", outcome: "success", args: ["./harmless.yaml", "--input", "name=payments"], status: 0 },
  { command: "show", outcome: "json", args: ["harmless.yaml", "--json"], status: 0 },
  { command: "show", outcome: "source", args: ["harmless.yaml", "--source"], status: 0 },
  { command: "show", outcome: "shipped", args: ["restore-drill"], status: 0 },
  { command: "show", outcome: "not-found", args: ["genesys"], status: 3 },
  { command: "show", outcome: "no-file", args: ["./none.yaml"], status: 3 },
  { command: "show", outcome: "malformed", args: ["bad.yaml"], status: 2 },
  { command: "show", outcome: "unknown-input", args: ["harmless.yaml", "--input", "nam=payments"], status: 2 },
  { command: "show", outcome: "wrong-input", args: ["harmless.yaml", "--input", "name=../x"], status: 2 },
  { command: "show", outcome: "twice", args: ["harmless.yaml", "--input", "name=a", "--input", "name=b"], status: 2 },
  { command: "lint", outcome: "help", args: ["--help"], status: 0 },
  { command: "lint", outcome: "success", args: ["harmless.yaml", "genesis"], status: 0 },
  { command: "lint", outcome: "json", args: ["harmless.yaml", "bad.yaml", "--json"], status: 2 },
  { command: "lint", outcome: "malformed", args: ["bad.yaml", "harmless.yaml"], status: 2 },
  { command: "lint", outcome: "not-found", args: ["none.yaml"], status: 3 },
  { command: "lint", outcome: "nothing", args: [], status: 2 },
  { command: "print", outcome: "help", args: ["--help"], status: 0 },
  { command: "print", outcome: "success", args: ["harmless.yaml", "--input", "name=payments"], status: 0 },
  { command: "print", outcome: "html", args: ["harmless.yaml", "--format", "html"], status: 0 },
  { command: "print", outcome: "out", args: ["harmless.yaml", "--format", "html", "--out", "sheet.html"], status: 0 },
  { command: "print", outcome: "json", args: ["harmless.yaml", "--out", "sheet.md", "--json"], status: 0 },
  { command: "print", outcome: "exists", args: ["harmless.yaml", "--out", "bad.yaml"], status: 4 },
  { command: "print", outcome: "malformed", args: ["bad.yaml"], status: 2 },
])("$command $outcome: $status", async ({ command, outcome, args, status }, { expect }) => {
  await using place = await workspace({ "home/harmless.yaml": HARMLESS, "home/bad.yaml": BAD });
  const seen = await place.runWith({ cwd: "home" }, "ceremony", command, ...args);
  await expect(seen).toMatchFileSnapshot(`../golden/ceremony-${command}-${outcome}.txt`);
  expect(seen.status).toBe(status);
});
