import { afterEach, beforeEach, expect, test } from "vitest";
import { assertQuietProcess } from "../../../src/lib/host/process.ts";

let mask: number;

beforeEach(() => {
  mask = process.umask();
});

afterEach(() => {
  process.umask(mask);
});

test("H3: a quiet process creates private files from then on", () => {
  process.umask(0);
  assertQuietProcess({ PATH: "/bin", HOME: "/root" }, []);
  expect(process.umask()).toBe(0o077);
});

test.for(["NODE_OPTIONS", "NODE_PATH", "SSLKEYLOGFILE", "NODE_REPL_EXTERNAL_MODULE", "NODE_V8_COVERAGE"])(
  "H6: the environment variable %s is refused, unless it is empty",
  (name) => {
    expect(() => assertQuietProcess({ [name]: "/tmp/x" }, [])).toThrow(
      expect.objectContaining({
        code: "HOST_PREFLIGHT",
        message: `the environment variable ${name} is set: the process can be looked into`,
        suggestions: [`unset ${name}`],
      }),
    );
    assertQuietProcess({ [name]: "" }, []);
  },
);

test.for([
  "--inspect",
  "--inspect=0.0.0.0:9229",
  "--inspect-brk",
  "--inspect-wait",
  "--inspect-port=1",
  "--inspect-publish-uid=http",
  "-r",
  "--require",
  "--require=./x.js",
  "--import=./x.js",
  "--loader=./x.js",
  "--experimental-loader",
  "--env-file=.env",
  "--env-file-if-exists=.env",
  "--cpu-prof",
  "--heap-prof",
  "--heapsnapshot-signal=SIGUSR2",
  "--heapsnapshot-near-heap-limit=1",
  "--report-on-signal",
  "--report-uncaught-exception",
  "--trace-sigint",
  "--prof",
  "--abort-on-uncaught-exception",
  "--snapshot-blob=x",
  "--experimental-config-file=x",
  "--experimental-default-config-file",
  "--inspect_brk",
  "--env_file=.env",
  "--heap_prof",
  "--experimental_loader=./x.js",
])("H6: Node's flag %s is refused", (flag) => {
  expect(() => assertQuietProcess({}, ["--disable-sigusr1", flag])).toThrow(
    expect.objectContaining({
      code: "HOST_PREFLIGHT",
      message: `Node.js runs with ${flag.split("=")[0]}: the process can be looked into`,
      suggestions: ["Start it through bin/conclave"],
    }),
  );
});

test.for([
  "--disable-sigusr1",
  "--no-warnings",
  "--preserve-symlinks",
  "--enable-source-maps",
  "--permission",
  "--max-old-space-size=512",
])("Node's flag %s is harmless", (flag) => {
  assertQuietProcess({}, [flag]);
});
