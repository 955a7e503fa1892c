import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/proof/**"],
    globalSetup: "test/support/global-setup.ts",
    setupFiles: "test/support/golden.ts",
    testTimeout: 20_000,
    maxWorkers: "100%", // on two cores, one of them would do nothing
    coverage: { provider: "v8", include: ["src/lib/**"], reporter: ["text-summary", "json"] },
  },
});
