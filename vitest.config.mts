import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Pulumi's runtime does not start in worker threads.
    pool: "forks",
    // Engines start and streams are polled: generous bounds, which nothing waits for.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
