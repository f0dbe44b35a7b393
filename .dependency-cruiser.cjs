// The hexagon, as rules: `npm run check:layers` fails when an import points the wrong way.
/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "core-stands-alone",
      comment: "The domain knows fp-ts, io-ts and itself: no AWS, no Node, no adapter.",
      severity: "error",
      from: { path: "^core/" },
      to: { pathNot: ["^core/", "^node_modules/(fp-ts|io-ts)/"] },
    },
    {
      name: "lambda-depends-on-core-only",
      comment:
        "Adapters depend on the ports in the core, never on the infrastructure or the local clouds.",
      severity: "error",
      from: { path: "^lambda/" },
      to: { path: "^(infra|local|cli|vtl|tests|index\\.ts)" },
    },
    {
      name: "program-knows-nothing-local",
      comment: "What is deployed must not know how it is run on one machine.",
      severity: "error",
      from: { path: "^(infra/|index\\.ts)" },
      to: { path: "^(local|tests|lambda)/" },
    },
    {
      name: "local-runs-any-program",
      comment:
        "The local clouds serve whatever the program registers: they import none of its parts.",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^(infra|core|lambda|tests)/" },
    },
    {
      name: "command-line-drives-the-core",
      comment:
        "The command line runs the core's use cases over the Lambda's adapters. Of the local clouds it only reads where they run.",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: "^(infra|local|vtl|tests|index\\.ts)", pathNot: "^local/running-stack\\.ts$" },
    },
    {
      name: "nothing-needs-the-command-line",
      comment:
        "The command line is for people: what is deployed, and what runs it locally, does without.",
      severity: "error",
      from: { path: "^(infra|core|lambda|local|index\\.ts)" },
      to: { path: "^cli/" },
    },
    {
      name: "production-dependencies-declared",
      comment: "What runs in production is listed in `dependencies`.",
      severity: "error",
      from: { path: "^(core|lambda|cli)/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["require", "node", "default", "types"],
    },
  },
};
