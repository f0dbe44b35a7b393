import { defineConfig } from "vitest/config";

/** Core, templates and infrastructure: no engine starts for them. */
const unit = ["tests/{core,vtl,infra}/**/*.test.ts"];

/** Each file starts the engines that it needs, and stops them. */
const packages = ["{packages/*/tests,tests/cli}/**/*.test.ts"];

export default defineConfig({
  test: {
    // All cores: vitest leaves one free unless told.
    maxWorkers: "100%",
    // Pulumi's runtime does not start in worker threads.
    pool: "forks",
    // Templates are read, not imported.
    watchTriggerPatterns: [
      { pattern: /\.(vtl|graphql)$/, testsToRun: () => ["tests/vtl", "tests/infra"] },
    ],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: unit,
          // Loading Pulumi takes longer than the tests do: the files of a worker share it.
          isolate: false,
        },
      },
      { extends: true, test: { name: "packages", include: packages, isolate: false } },
      {
        extends: true,
        test: {
          name: "engines",
          include: ["{tests,examples/*/tests}/**/*.test.ts"],
          exclude: [...unit, ...packages],
        },
      },
    ],
    // The SDK warns whoever runs it on Node.js 20, which is as new as this project asks for.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    // Engines start and streams are polled: generous bounds, which nothing waits for.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
