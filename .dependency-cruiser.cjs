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
      name: "machinery-knows-no-domain",
      comment:
        "The projection and the verification are the same for every domain: what they ask of one is in core/projection/domain.ts.",
      severity: "error",
      from: { path: "^core/(projection|verification)/" },
      to: { path: "^core/ledger/" },
    },
    {
      name: "lambda-entries-join-the-domain",
      comment:
        "A function's entry, lambda/*.ts, hands the ledger to the adapters, which serve every domain.",
      severity: "error",
      from: { path: "^lambda/", pathNot: "^lambda/[^/]+\\.ts$" },
      to: { path: "^core/ledger/" },
    },
    {
      name: "command-line-entry-joins-the-domain",
      comment:
        "cli/ledger.ts hands the ledger to the command line, which works on any domain; cli/local is the ledger's own.",
      severity: "error",
      from: { path: "^cli/", pathNot: "^cli/(ledger\\.ts$|local/)" },
      to: { path: "^core/ledger/" },
    },
    {
      name: "nothing-needs-examples",
      comment: "An example shows what the parts do for another domain: they do without it.",
      severity: "error",
      from: { pathNot: "^examples/" },
      to: { path: "^examples/" },
    },
    {
      name: "lambda-depends-on-core-only",
      comment:
        "Adapters depend on the ports in the core, never on the infrastructure or the local clouds.",
      severity: "error",
      from: { path: "^lambda/" },
      to: { path: "^(infra|packages|cli|vtl|tests|index\\.ts)" },
    },
    {
      name: "program-knows-nothing-local",
      comment:
        "What is deployed must not know how it is run on one machine. Functions are bundled from their entry files, so the program shares nothing with them but the names of keys.",
      severity: "error",
      from: { path: "^(infra/|vtl/|index\\.ts|examples/[^/]+/(vtl/|index\\.ts))" },
      to: {
        path: "^(packages|tests|cli|lambda|examples/[^/]+/lambda)/",
        pathNot: "^lambda/adapters/keys\\.ts$",
      },
    },
    {
      name: "infra-carries-any-domain",
      comment:
        "Components get the domain's wiring as an argument: they import no template, schema or codec of any domain.",
      severity: "error",
      from: { path: "^infra/" },
      to: { path: "^(core|vtl|index\\.ts)" },
    },
    {
      name: "shared-templates-serve-any-domain",
      comment: "What every domain's wiring has in common knows no ledger.",
      severity: "error",
      from: { path: "^vtl/shared/" },
      to: {
        pathNot: ["^vtl/shared/", "^infra/", "^core/projection/", "^lambda/adapters/keys\\.ts$"],
      },
    },
    {
      name: "local-aws-runs-any-program",
      comment:
        "The local cloud serves whatever a program registers: it imports nothing outside its own folder.",
      severity: "error",
      from: { path: "^packages/local-aws/" },
      to: {
        pathNot: ["^packages/local-aws/", "^node_modules/"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "local-aws-declares-what-it-needs",
      comment:
        "The local cloud is a package of its own: what it imports is in its own package.json.",
      severity: "error",
      from: { path: "^packages/local-aws/(src|bin|index\\.ts)" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        // Of Pulumi, the types alone are imported: the program brings the package.
        dependencyTypesNot: ["npm-peer"],
      },
    },
    {
      name: "local-aws-has-one-door",
      comment: "Whoever uses the local cloud uses what its index.ts exports.",
      severity: "error",
      from: { pathNot: "^packages/local-aws/" },
      to: { path: "^packages/local-aws/", pathNot: "^packages/local-aws/index\\.ts$" },
    },
    {
      name: "policies-judge-any-program",
      comment:
        "The rules see resources as Pulumi hands them over. What they are told of a program is the names in exemptions.ts.",
      severity: "error",
      from: { path: "^packages/policy/" },
      to: {
        pathNot: ["^packages/policy/", "^node_modules/"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "command-line-drives-the-core",
      comment:
        "The command line runs the core's use cases over the Lambda's adapters, and the local cloud through its package.",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: "^(infra|vtl|tests|index\\.ts)" },
    },
    {
      name: "nothing-needs-the-command-line",
      comment:
        "The command line is for people: what is deployed, and what runs it locally, does without.",
      severity: "error",
      from: { path: "^(infra|core|lambda|packages|index\\.ts)" },
      to: { path: "^cli/" },
    },
    {
      name: "production-dependencies-declared",
      comment: "What runs in production is listed in `dependencies`.",
      severity: "error",
      from: { path: "^(core|lambda|cli)/", pathNot: "^cli/local/" },
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
