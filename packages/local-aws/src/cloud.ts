import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppSync, type AppSyncOptions } from "./appsync/appsync";
import type { Certificate } from "./certificate";
import { type AlarmChange, CloudWatch } from "./cloudwatch/cloudwatch";
import { Topics } from "./cloudwatch/topics";
import { type Cognito, startCognito } from "./cognito/cognito";
import type { Message } from "./cognito/messages";
import { type Dynamodb, type DynamodbOptions, startDynamodb } from "./dynamodb/dynamodb";
import { shareDynamodb } from "./dynamodb/shared";
import { Iam } from "./iam/iam";
import type { LambdaFunction } from "./lambda/function";
import type { StreamMappingContext } from "./lambda/stream-mapping";
import type { Step } from "./progress";
import { Seed } from "./seed";
import { type Sqs, startSqs } from "./sqs/sqs";
import type { TraceSink } from "./trace";

/** Where debuggers look first. */
const firstInspectorPort = 9229;

/** Where each engine listens on 127.0.0.1; 0 takes any free port. */
export interface Ports {
  readonly appsync: number;
  readonly cognito: number;
  readonly dynamodb: number;
  readonly sqs: number;
}

export interface CloudOptions {
  readonly region: string;
  readonly ports: Ports;
  /** Where tables, users, queues and positions in streams are kept between runs; in memory when left out. */
  readonly dataDirectory?: string | undefined;
  /** For files that are made anew at every start. */
  readonly workDirectory: string;
  /** Serves the API over TLS. */
  readonly certificate?: Certificate | undefined;
  /** Gets a line of an engine's or a function's own output. */
  readonly log: (source: string, line: string) => void;
  /** Gets what Cognito would send by e-mail or SMS; it is dropped when left out. */
  readonly deliver?: (message: Message) => void;
  /** Gets what a person should know of, such as records that are given up. Goes to the log when left out. */
  readonly warn?: (source: string, line: string) => void;
  /** What a front end that asks for its configuration gets. */
  readonly configuration?: () => unknown;
  /** Opens the functions' processes to a debugger. */
  readonly inspect?: boolean;
  /** Gets told what each request does, line by line. */
  readonly trace?: TraceSink | undefined;
  /** For tests: faults in DynamoDB's answers, and what its operations consume. */
  readonly dynamodb?: Pick<DynamodbOptions, "intercept" | "meter">;
  /** For tests: stacks of this process that are in memory use DynamoDB's engine one after another. */
  readonly shareEngine?: boolean;
  /** For tests: faults in the API's answers. */
  readonly appsync?: Pick<AppSyncOptions, "intercept">;
  /**
   * For tests: the clock of queues, metrics and alarms, in milliseconds since 1970; the machine's if omitted. Alarms are
   * then evaluated when CloudWatch is asked to.
   */
  readonly now?: () => number;
  /** For tests: how long mappings on streams pause before they try again. */
  readonly retryPauseMs?: StreamMappingContext["retryPauseMs"];
  /** Gets told of each alarm that has come into another state. */
  readonly alarm?: (change: AlarmChange) => void;
  /** Gets told what is being made, and may throw to give the start up. */
  readonly progress: (step: Step) => void;
}

/** The engines that stand in for AWS on one machine. */
export interface Cloud
  extends Pick<
    CloudOptions,
    "region" | "dataDirectory" | "workDirectory" | "log" | "progress" | "retryPauseMs"
  > {
  readonly warn: (source: string, line: string) => void;
  readonly iam: Iam;
  readonly seed: Seed;
  readonly dynamodb: Dynamodb;
  readonly sqs: Sqs;
  readonly cognito: Cognito;
  readonly cloudwatch: CloudWatch;
  readonly topics: Topics;
  readonly appsync: AppSync;
  /** By ARN. */
  readonly functions: Map<string, LambdaFunction>;
  /** The port on which a debugger finds the function's process; undefined where none is asked for. */
  inspectorPortOf(functionName: string): number | undefined;
  /** What functions have to trust besides the usual authorities: a PEM file, where the API is served over TLS. */
  readonly certificateFile: string | undefined;
  /** Resolves once an engine has ended without being asked to. */
  readonly failure: Promise<Error>;
  /** Adds what has to end before the engines do; the last one added ends first. */
  atEnd(stop: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** Starts every engine, or none: when one cannot start, those that have are stopped. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { region, ports, dataDirectory, workDirectory, certificate, log, progress } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) {
      await last();
    }
  };
  let fail: (error: Error) => void = () => {};
  const failure = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const start = async <Engine extends { stop(): Promise<void>; readonly ended?: Promise<string> }>(
    name: string,
    engine: Promise<Engine>,
  ): Promise<Engine> => {
    const running = await engine;
    stops.push(() => running.stop());
    void running.ended?.then((reason) => fail(new Error(`${name} has ended: ${reason}`)));
    progress({ engine: name });
    return running;
  };
  const certificateFile = join(workDirectory, "certificate.pem");
  if (certificate !== undefined) {
    writeFileSync(certificateFile, certificate.cert);
  }
  const shared = options.shareEngine === true && dataDirectory === undefined;
  const iam = new Iam({ region });
  const seed = new Seed(dataDirectory);
  const deliver = options.deliver ?? (() => {});
  const topics = new Topics(region, deliver);
  const cloudwatch = new CloudWatch({
    region,
    now: options.now,
    publish: (notification) => topics.publish(notification),
    changed: options.alarm ?? (() => {}),
    warn: (line) => (options.warn ?? log)("cloudwatch", line),
  });
  stops.push(async () => cloudwatch.stop());
  const functions = new Map<string, LambdaFunction>();
  const inspected: string[] = [];
  const inspectorPortOf = (functionName: string): number | undefined => {
    if (options.inspect !== true) {
      return undefined;
    }
    if (!inspected.includes(functionName)) {
      inspected.push(functionName);
    }
    return firstInspectorPort + inspected.indexOf(functionName);
  };
  try {
    // One after the other: a port that is taken shall not leave others half started.
    const sqs = await start(
      "SQS",
      startSqs({
        region,
        iam,
        port: ports.sqs,
        dataDirectory,
        meters: cloudwatch,
        ...(options.now && { now: options.now }),
      }),
    );
    const dynamodb = await start(
      "DynamoDB",
      (shared ? shareDynamodb : startDynamodb)({
        region,
        iam,
        port: ports.dynamodb,
        workDirectory,
        ...(dataDirectory !== undefined && { dataDirectory }),
        ...options.dynamodb,
        meters: cloudwatch,
        log: (line) => log("dynamodb", line),
      }),
    );
    const cognito = await start(
      "Cognito",
      startCognito({
        region,
        iam,
        port: ports.cognito,
        ...(dataDirectory !== undefined && { dataDirectory }),
        deliver,
      }),
    );
    const appsync = await start(
      "AppSync",
      AppSync.start({
        region,
        iam,
        port: ports.appsync,
        ...(certificate !== undefined && { tls: certificate }),
        trace: options.trace,
        ...options.appsync,
        meters: cloudwatch,
        configuration: () => options.configuration?.(),
        dynamodbEndpoint: dynamodb.endpoint,
        userPoolIssuer: cognito.issuer,
        invokeFunction: async (functionArn, payload) => {
          const target = functions.get(functionArn);
          if (target === undefined) {
            throw new Error(`there is no function ${functionArn}`);
          }
          const outcome = await target.invoke(payload);
          if ("error" in outcome) {
            throw new Error(outcome.error.errorMessage);
          }
          return outcome.result;
        },
        log: (line) => log("appsync", line),
      }),
    );
    return {
      region,
      dataDirectory,
      workDirectory,
      log,
      warn: options.warn ?? log,
      ...(options.retryPauseMs && { retryPauseMs: options.retryPauseMs }),
      progress,
      iam,
      seed,
      dynamodb,
      sqs,
      cognito,
      cloudwatch,
      topics,
      appsync,
      functions,
      inspectorPortOf,
      certificateFile: certificate && certificateFile,
      failure,
      atEnd: (end) => stops.push(end),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
