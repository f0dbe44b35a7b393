import { parse } from "yaml";

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly uses?: string;
  readonly environment?: string;
  readonly permissions?: Permissions;
  readonly strategy?: { readonly matrix: Readonly<Record<string, unknown>> };
  readonly env?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
}

type Permissions = string | Readonly<Record<string, string>>;

export interface Workflow {
  readonly on: unknown;
  readonly permissions?: Permissions;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** What is wrong with a workflow of GitHub's, in a line each. */
export function faultsOfWorkflow(text: string): readonly string[] {
  const workflow: Workflow = parse(text);
  const events = eventsOf(workflow);
  return [
    ...pins(text),
    ...(events.includes("pull_request_target")
      ? ["pull_request_target gives a fork's pull request what only this repository should have"]
      : []),
    ...(JSON.stringify(workflow.permissions) === '{"contents":"read"}'
      ? []
      : ["the permissions of all jobs have to be `contents: read`"]),
    ...(holdsSecret(workflow.env) ? ["a secret is in the environment of every job"] : []),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      faultsOfJob(job, events).map((fault) => `${name}: ${fault}`),
    ),
  ];
}

/** The same for an action of this repository. */
export function faultsOfAction(text: string): readonly string[] {
  const { runs } = parse(text) as { runs: { steps: readonly Step[] } };
  return [...pins(text), ...faultsOfSteps(runs.steps)];
}

/** A tag can be moved to other code; a commit cannot. */
function pins(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)]
    .map(([, used = ""]) => used)
    .filter((used) => !used.startsWith("./"))
    .filter((used) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))
    .map((used) => `${used} is not pinned by a commit, with its version beside it`);
}

const eventsOf = ({ on }: Workflow): readonly string[] =>
  typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on as object);

/** What a job may ask for beyond reading the repository's files. */
const grantable = ["contents: read", "actions: read", "id-token: write", "pull-requests: write"];

function faultsOfJob(job: Job, events: readonly string[]): readonly string[] {
  const steps = job.steps ?? [];
  const scopes = typeof job.permissions === "string" ? {} : job.permissions;
  const granted = Object.entries(scopes ?? {}).map(([scope, may]) => `${scope}: ${may}`);
  const mayWrite = granted.filter((grant) => grant.endsWith(": write"));
  const text = JSON.stringify(job);
  const faults = [
    ...(typeof job.permissions === "string" ? [`permissions: ${job.permissions}`] : []),
    ...granted.filter((grant) => !grantable.includes(grant)),
    ...(holdsSecret(job.env) ? ["a secret is in the environment of every step"] : []),
    ...faultsOfSteps(steps),
  ];
  const hasCredentials = /secrets\.|id-token/.test(text);
  if (events.includes("pull_request") && hasCredentials) {
    const ours = "github.event.pull_request.head.repo.full_name == github.repository";
    if (job.if?.includes(ours) !== true) faults.push("a fork's code runs with credentials");
    if (/prod\b/.test(text) && job.environment === undefined) {
      faults.push("prod is not behind an environment");
    }
  }
  const runsCode = steps.some(
    ({ uses = "", run = "" }) =>
      /^(actions\/checkout@|\.\/)/.test(uses) || /\bnp[mx]\b|\bnode\b/.test(run),
  );
  if (runsCode && (events.includes("workflow_run") || mayWrite.includes("pull-requests: write"))) {
    faults.push("it runs code of a pull request with a token that writes");
  }
  return faults;
}

function faultsOfSteps(steps: readonly Step[]): readonly string[] {
  const faults: string[] = [];
  let credentials = false;
  for (const { uses = "", run = "", with: given, env } of steps) {
    if (run.includes("${{")) {
      faults.push("an expression in a script: somebody else's text would run; hand it over in env");
    }
    if (/\bnpm (ci|i|install)\b/.test(run)) {
      if (!run.includes("--ignore-scripts")) faults.push("packages' scripts run at installation");
      if (credentials) faults.push("packages are installed where there are credentials already");
    }
    if (uses.startsWith("actions/checkout@") && given?.["persist-credentials"] !== false) {
      faults.push("the repository's token stays in the files of git");
    }
    credentials ||= uses.startsWith("aws-actions/") || holdsSecret(given) || holdsSecret(env);
  }
  return faults;
}

const holdsSecret = (values: Readonly<Record<string, unknown>> = {}): boolean =>
  JSON.stringify(values).includes("secrets.");
