import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{tests,packages/*/tests,examples/*/tests}/**/*.test.ts"],
    // All cores: vitest leaves one free unless told.
    maxWorkers: "100%",
    // Pulumi's runtime does not start in worker threads.
    pool: "forks",
    // The SDK warns whoever runs it on Node.js 20, which is as new as this project asks for.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    // Engines start and streams are polled: generous bounds, which nothing waits for.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
