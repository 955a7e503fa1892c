import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/proof/**"],
    globalSetup: "test/support/global-setup.ts",
    setupFiles: ["test/support/golden.ts", "test/support/usual-process.ts"],
    testTimeout: 20_000,
    isolate: false, // what is imported keeps no state; a process for each file costs a third more
    maxWorkers: "100%", // on two cores, one of them would do nothing
    coverage: { provider: "v8", include: ["src/lib/**"], reporter: ["text-summary", "json"] },
  },
});
