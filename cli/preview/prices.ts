/** What AWS asks for so many of a unit. */
export interface Price {
  readonly usd: number;
  readonly per: number;
  readonly unit: string;
  /** The page that says so. */
  readonly source: string;
}

/** The region of the prices. */
export const pricedRegion = "eu-central-1";

/** When they were looked up. Prices are those of the first tier, without the free one and without taxes. */
export const pricedOn = "2026-11-24";

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;

/** The month that AWS calculates with. */
export const secondsInMonth = 730 * 3_600;

export const prices = {
  alarm: { usd: 0.1, per: 1, unit: "alarm metrics", source: page("cloudwatch") },
  compositeAlarm: { usd: 0.5, per: 1, unit: "alarms", source: page("cloudwatch") },
  dashboard: { usd: 3, per: 1, unit: "dashboards", source: page("cloudwatch") },
  metric: { usd: 0.3, per: 1, unit: "custom metrics", source: page("cloudwatch") },
  logIngestion: { usd: 0.63, per: 1, unit: "GB", source: page("cloudwatch") },
  key: { usd: 1, per: 1, unit: "keys", source: page("kms") },
  webAcl: { usd: 5, per: 1, unit: "web ACLs", source: page("waf") },
  webAclRule: { usd: 1, per: 1, unit: "rules", source: page("waf") },
  webRequest: { usd: 0.6, per: 1e6, unit: "requests", source: page("waf") },
  queueRequest: { usd: 0.4, per: 1e6, unit: "requests", source: page("sqs") },
  fifoQueueRequest: { usd: 0.5, per: 1e6, unit: "requests", source: page("sqs") },
  graphqlOperation: { usd: 4, per: 1e6, unit: "operations", source: page("appsync") },
  writeUnit: { usd: 0.7625, per: 1e6, unit: "write units", source: page("dynamodb") },
  readUnit: { usd: 0.1525, per: 1e6, unit: "read units", source: page("dynamodb") },
  tableStorage: { usd: 0.306, per: 1, unit: "GB", source: page("dynamodb") },
  pointInTimeRecovery: { usd: 0.2448, per: 1, unit: "GB", source: page("dynamodb") },
  backupStorage: { usd: 0.1224, per: 1, unit: "GB", source: page("backup") },
  invocation: { usd: 0.2, per: 1e6, unit: "requests", source: page("lambda") },
  armSecond: { usd: 0.0000133334, per: 1, unit: "GB-seconds", source: page("lambda") },
  x86Second: { usd: 0.0000166667, per: 1, unit: "GB-seconds", source: page("lambda") },
  dataEvent: { usd: 0.1, per: 100_000, unit: "data events", source: page("cloudtrail") },
} as const satisfies Readonly<Record<string, Price>>;
