import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../../../../src/lib/terminal/command-line.ts";

/** A program of a few commands for the tests of what all commands share. */
await runCommandLine({
  root: dirname(fileURLToPath(import.meta.url)),
  pjson: {
    name: "probe",
    version: "1.2.3",
    oclif: {
      bin: "conclave",
      dirname: "conclave",
      topicSeparator: " ",
      commands: "./commands",
      topics: { probe: { description: "Probes" } },
    },
  },
  ignoreManifest: true,
});
