/**
 * The package's public face: runs the AWS resources of a Pulumi program on one machine, and lets tests use single
 * engines of it. Nothing outside of the package imports anything else of it.
 */

// A program's stack.

/** An alarm that has come into another state, as `StackOptions.alarm` is told of it. */
export type { AlarmChange } from "./src/cloudwatch/cloudwatch";
/** What Cognito would send by e-mail or SMS, and topics by e-mail. */
export type { Message } from "./src/cognito/messages";
/** Starts a program's stack, shows it coming up, does some work with it, and stops it: the work of a command. */
export { type RunStackOptions, runStack } from "./src/run-stack";
/** How other processes find the stack that runs of a program: by a file in the program's folder. */
export {
  certificateFile,
  deleteStackFile,
  findRunningStack,
  type RunningStack,
  writeStackFile,
} from "./src/running-stack";
/** Starts a program's stack in this process. Tests also inject faults into it and meter it, and start several in turn. */
export { type LocalStack, type StackOptions, startStack } from "./src/stack";
/** Reads a stack's settings as the Pulumi CLI hands them to the program. */
export { readStackConfig, type StackConfig } from "./src/stack-config";
/** `local-aws start`, for programs that offer it under a name of their own and with instructions of their own. */
export { type StartCommandOptions, startCommand } from "./src/start-command";

// What a command line that uses a stack needs.

/** Runs a command's main function, and tells of its errors in a line. */
export { runCommand } from "./src/command";
/** Ends a command's work in order, on Ctrl-C. */
export { interruption, unlessInterrupted } from "./src/interrupt";
/** Reads the options of a command; a UsageError is one line without a stack trace, and the exit code 2. */
export { readOptions } from "./src/options";
export { UsageError } from "./src/usage-error";

// Clients of a stack, as front ends have them on AWS.

export type { Access } from "./src/client/access";
/** Shows the codes that a pool with MFA asks its users for. */
export { Authenticator } from "./src/client/authenticator";
/** Sends a GraphQL request: `send` answers with errors, `ask` throws them. */
export { ask, type GraphqlAnswer, type GraphqlError, send } from "./src/client/graphql";
/** Subscribes by AppSync's realtime protocol. */
export { type Subscription, type SubscriptionRequest, subscribe } from "./src/client/realtime";
/** Creates users in a user pool, and signs them in. */
export { type PoolIds, type Session, SignInClient } from "./src/client/sign-in";

// Single engines, for tests of a program's parts.

/** An operation's input, as `intercept` gets it. */
export type { Input } from "./src/aws-json";
/** DynamoDB with Streams. `intercept` injects faults; `meter` is told what each operation consumes. */
export { type Dynamodb, type DynamodbOptions, startDynamodb } from "./src/dynamodb/dynamodb";
export type { Consumption, Failure, Intercept, Meter } from "./src/dynamodb/gateway";
/** As startDynamodb, on an engine that the tests of a process use one after another. */
export { shareDynamodb } from "./src/dynamodb/shared";
/** Principals, roles and policies, as all other engines ask for them. */
export { type Credentials, Iam, type Principal, signedRequestOf } from "./src/iam/iam";
/** What an event source mapping does after an invocation, as pure functions. */
export {
  type Batch,
  decideBatch,
  type Outcome,
  readResponse,
  type Sequenced,
} from "./src/lambda/batch";
/** A function as a stack runs it. */
export type { LambdaFunction } from "./src/lambda/function";
/** Feeds a function from a queue. */
export { createQueueMapping } from "./src/lambda/queue-mapping";
/** Feeds a function from a table's stream. */
export { createStreamMapping as createEventSourceMapping } from "./src/lambda/stream-mapping";

/** SQS. Messages are in memory, unless a folder keeps them. */
export { type Sqs, type SqsOptions, startSqs } from "./src/sqs/sqs";

// Parts of AppSync, for tests of templates and schemas.

export { createDataSource, type DataSource } from "./src/appsync/data-sources";
/** `RequestError` fails a whole request, as `appsync.intercept` may answer it. */
export { RequestError, ResolverError } from "./src/appsync/errors";
/** A map as templates have them, e.g. for `$ctx.stash`. */
export { newMap } from "./src/appsync/java-values";
/** Runs a field's resolver, such as a pipeline, against data sources. */
export { type Resolver, resolveField, type Stage } from "./src/appsync/resolver";
/** Builds a schema with AppSync's scalars and directives. */
export { buildSchema, readDirective } from "./src/appsync/schema";
/** Renders a VTL template as AppSync does. */
export {
  compileTemplate,
  type Rendered,
  renderTemplate,
  type Template,
  type TemplateContext,
} from "./src/appsync/vtl";
