import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/proof/**/*.test.ts"],
    globalSetup: "test/support/global-setup.ts",
    setupFiles: "test/support/golden.ts",
    testTimeout: 600_000,
    fileParallelism: false,
  },
});
