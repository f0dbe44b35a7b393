import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType, type Staying, staying } from "./component";
import { queuePolicy } from "./queue-policy";

/** How long the rebuilder may work on one stream before it lets go of it, in seconds. */
export const rebuilderTimeout = 30;

/** First in, first out for each stream: the queue of streams to be brought up to date, and that of what was given up. */
const fifo = {
  fifoQueue: true,
  // As many streams at a time as come, each with an order of its own.
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
  sqsManagedSseEnabled: true,
  // Two weeks, the longest that SQS keeps a message: time for a person to look.
  messageRetentionSeconds: 14 * 24 * 3600,
};

/** Holds a message for each stream that the rebuilder is to bring up to date. */
export class RebuildQueue extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue;
  /** Holds what the rebuilder has not managed to do. */
  readonly failureQueue: aws.sqs.Queue;

  constructor(name: string, args: Staying, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("RebuildQueue"), name, {}, opts);
    this.failureQueue = new aws.sqs.Queue(`${name}-failures`, fifo, {
      parent: this,
      ...staying(args),
    });
    this.queue = new aws.sqs.Queue(
      `${name}-requests`,
      {
        ...fifo,
        // A message comes again after so long, unless the function has answered it: longer than the function may take, and
        // as long as a reader may be at the rows that a rebuild has replaced.
        visibilityTimeoutSeconds: 2 * rebuilderTimeout,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: this.failureQueue.arn,
          // Far more than an outage should take: an invocation that ends early has stored what it has done.
          maxReceiveCount: 100,
        }),
      },
      { parent: this },
    );
    queuePolicy(`${name}-requests-policy`, this.queue, { parent: this });
    queuePolicy(`${name}-failures-policy`, this.failureQueue, { parent: this, ...staying(args) });
    this.registerOutputs({ queueUrl: this.queue.url, failureQueueUrl: this.failureQueue.url });
  }
}
