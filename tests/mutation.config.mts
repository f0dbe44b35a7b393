import { defineConfig } from "vitest/config";

/** The tests that a change of the core has to fail: no engine starts for them. */
export default defineConfig({
  test: {
    include: ["tests/core/**/*.test.ts"],
    setupFiles: ["tests/mutation.setup.ts"],
    isolate: false,
    testTimeout: 120_000,
  },
});
