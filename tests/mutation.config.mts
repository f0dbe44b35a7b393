import { defineConfig } from "vitest/config";

/**
 * The tests that a change of the core or of an adapter has to fail. Those of whole functions are left out: each sets the
 * telemetry up once in its process, so that a second run in it would see the first one's.
 */
export default defineConfig({
  test: {
    include: ["tests/core/**/*.test.ts", "tests/lambda/*.test.ts"],
    exclude: ["tests/lambda/{functions,projector,rebuilder,telemetry}.test.ts"],
    setupFiles: ["tests/mutation.setup.ts"],
    isolate: false,
    testTimeout: 120_000,
  },
});
