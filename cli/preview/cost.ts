import { type Price, prices, secondsInMonth } from "./prices";
import type { Recorded } from "./recording";
import { unpriced } from "./unpriced";

export interface CostLine {
  readonly what: string;
  readonly quantity: number;
  readonly price: Price;
  readonly usd: number;
  /** What the quantity rests on. */
  readonly assumption: string;
}

export interface Cost {
  /** A month in which nobody does anything. */
  readonly idle: readonly CostLine[];
  /** A million commands. */
  readonly commands: readonly CostLine[];
  /** A month of keeping what a million commands have written. */
  readonly kept: readonly CostLine[];
  /** Types of resources that cost something, for which no price is known here. */
  readonly unpriced: readonly string[];
}

type Resources = readonly Recorded[];

const million = 1_000_000;

export const total = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { usd }) => sum + usd, 0);

export function costOf(resources: Resources): Cost {
  return {
    idle: idle(resources).filter(counts),
    commands: commands(resources).filter(counts),
    kept: kept(resources).filter(counts),
    unpriced: unpriced(resources),
  };
}

const counts = ({ quantity }: CostLine): boolean => quantity > 0;

function line(what: string, quantity: number, price: Price, assumption: string): CostLine {
  return { what, quantity, price, usd: (quantity / price.per) * price.usd, assumption };
}

const ofType = (resources: Resources, type: string): Resources =>
  resources.filter((resource) => resource.type === type);

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);

const types = {
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  table: "aws:dynamodb/table:Table",
  webAcl: "aws:wafv2/webAcl:WebAcl",
  queue: "aws:sqs/queue:Queue",
  mapping: "aws:lambda/eventSourceMapping:EventSourceMapping",
  function: "aws:lambda/function:Function",
} as const;

function idle(resources: Resources): readonly CostLine[] {
  const count = (type: string) => ofType(resources, type).length;
  const webAcls = ofType(resources, types.webAcl);
  const rules = webAcls.reduce((sum, { inputs }) => sum + lengthOf(inputs.rules), 0);
  const alarms = ofType(resources, types.alarm);
  // An alarm over an expression is charged for each metric in it.
  const metrics = alarms.reduce(
    (sum, { inputs }) =>
      sum +
      (Array.isArray(inputs.metricQueries)
        ? inputs.metricQueries.filter((query) => (query as { metric?: unknown }).metric).length
        : 1),
    0,
  );
  const polled = ofType(resources, types.mapping).flatMap(({ inputs }) =>
    ofType(resources, types.queue).filter(({ outputs }) => outputs.arn === inputs.eventSourceArn),
  );
  const fifo = polled.filter(({ inputs }) => inputs.fifoQueue === true).length;
  const polling = "Lambda waits at an empty queue with five connections, 20 seconds each";
  const polls = (5 * secondsInMonth) / 20;
  return [
    line("alarms", metrics, prices.alarm, "one metric an alarm, at a resolution of a minute"),
    line(
      "composite alarms",
      count("aws:cloudwatch/compositeAlarm:CompositeAlarm"),
      prices.compositeAlarm,
      "",
    ),
    line(
      "metrics of log filters",
      count("aws:cloudwatch/logMetricFilter:LogMetricFilter"),
      prices.metric,
      "one metric a filter, all month",
    ),
    line(
      "dashboards",
      count("aws:cloudwatch/dashboard:Dashboard"),
      prices.dashboard,
      "the first three of an account are free",
    ),
    line("keys", count("aws:kms/key:Key"), prices.key, "each rotation adds as much again, twice"),
    line("web ACLs", webAcls.length, prices.webAcl, ""),
    line("rules of web ACLs", rules, prices.webAclRule, "a managed group counts as one rule"),
    line("polls of queues", (polled.length - fifo) * polls, prices.queueRequest, polling),
    line("polls of FIFO queues", fifo * polls, prices.fifoQueueRequest, polling),
  ];
}

/** The tables that a command is appended to, and those that it is folded into. */
function tablesOf(resources: Resources) {
  const tables = ofType(resources, types.table);
  const isEvents = ({ inputs }: Recorded) => inputs.streamEnabled === true;
  const events = tables.filter(isEvents);
  return {
    events,
    models: events.length === 0 ? [] : tables.filter((table) => !isEvents(table)),
  };
}

/** How long a function works on one command. Nothing here measures it: AWS's own reports will say. */
const assumedMs = 100;

function commands(resources: Resources): readonly CostLine[] {
  const { events, models } = tablesOf(resources);
  const apis = ofType(resources, "aws:appsync/graphQLApi:GraphQLApi").length;
  const folding = ofType(resources, types.mapping).flatMap(({ inputs }) =>
    events.some(({ outputs }) => outputs.streamArn === inputs.eventSourceArn)
      ? ofType(resources, types.function).filter(({ outputs }) =>
          [outputs.arn, outputs.name].includes(inputs.functionName),
        )
      : [],
  );
  const seconds = (arm: boolean) =>
    folding
      .filter(({ inputs }) => String(inputs.architectures).includes("arm64") === arm)
      .reduce(
        (sum, { inputs }) => sum + (Number(inputs.memorySize ?? 128) / 1_024) * assumedMs,
        0,
      ) *
    (million / 1_000);
  const trails = resources.filter(({ type }) => /cloudtrail[/:].*Trail$/.test(type)).length;
  const guarded = ofType(resources, "aws:wafv2/webAclAssociation:WebAclAssociation").length;
  const alone = "each command comes alone: in a batch of many, a part of it";
  const operations = 2 * million;
  return [
    line("append: write", events.length * million, prices.writeUnit, "events of up to 1 KB"),
    line("append: read of the event before", events.length * million, prices.readUnit, "1 unit"),
    line(
      "fold: writes of summary and entry",
      models.length * 2 * million,
      prices.writeUnit,
      "2 units, rows of up to 1 KB",
    ),
    line("fold: read of the summary", models.length * million, prices.readUnit, alone),
    line(
      "GraphQL operations",
      apis * operations,
      prices.graphqlOperation,
      "the command itself, and the publication of its change",
    ),
    line("invocations", folding.length * million, prices.invocation, alone),
    line("function time, arm64", seconds(true), prices.armSecond, `${assumedMs} ms a command`),
    line("function time, x86", seconds(false), prices.x86Second, `${assumedMs} ms a command`),
    line("logs", folding.length, prices.logIngestion, "1 KB an invocation"),
    line(
      "audit trail",
      trails * 2 * million,
      prices.dataEvent,
      "the append's read and write; its files in S3 cost cents",
    ),
    line("requests through web ACLs", guarded * operations, prices.webRequest, "every operation"),
  ];
}

function kept(resources: Resources): readonly CostLine[] {
  const { events, models } = tablesOf(resources);
  const gigabytes = (tables: Resources) => tables.length;
  const recovered = [...events, ...models].filter(
    ({ inputs }) => (inputs.pointInTimeRecovery as { enabled?: boolean } | undefined)?.enabled,
  );
  const backups = ofType(resources, "aws:backup/plan:Plan").length;
  const size = "1 KB an item";
  return [
    line("events", gigabytes(events), prices.tableStorage, size),
    line("entries", gigabytes(models), prices.tableStorage, size),
    line("point-in-time recovery", gigabytes(recovered), prices.pointInTimeRecovery, size),
    line(
      "one backup of the events",
      backups * gigabytes(events),
      prices.backupStorage,
      "each backup that is kept is a full copy",
    ),
  ];
}
