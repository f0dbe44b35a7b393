import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../iam/iam";
import { Sha256 } from "../iam/sha256";

/** A record in the JSON of DynamoDB Streams, which is also the format of Lambda events. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly dynamodb: {
    /** Seconds since 1970; DynamoDB Local rounds them down to the minute. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
  };
}

export interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly SequenceNumberRange?: { readonly EndingSequenceNumber?: string };
}

export type Position =
  | { readonly ShardIteratorType: "TRIM_HORIZON" | "LATEST" }
  | { readonly ShardIteratorType: "AFTER_SEQUENCE_NUMBER"; readonly SequenceNumber: string };

/** An error response of the service; `type` is the name of its exception. */
export class StreamError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(`${type}: ${message}`);
  }
}

/**
 * Reads one stream with a role's credentials. Uses the service's JSON protocol directly, because the SDK's client
 * converts dates and binary values into objects, which Lambda's events do not contain.
 */
export class StreamReader {
  readonly #signer: SignatureV4;
  readonly #endpoint: string;

  constructor(
    readonly streamArn: string,
    endpoint: string,
    region: string,
    credentials: Credentials,
  ) {
    this.#endpoint = endpoint;
    this.#signer = new SignatureV4({ credentials, region, service: "dynamodb", sha256: Sha256 });
  }

  async shards(): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let start: string | undefined;
    do {
      const { StreamDescription } = (await this.#call("DescribeStream", {
        StreamArn: this.streamArn,
        ExclusiveStartShardId: start,
      })) as {
        StreamDescription: { Shards?: readonly Shard[]; LastEvaluatedShardId?: string };
      };
      shards.push(...(StreamDescription.Shards ?? []));
      start = StreamDescription.LastEvaluatedShardId;
    } while (start !== undefined);
    return shards;
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    const output = (await this.#call("GetShardIterator", {
      StreamArn: this.streamArn,
      ShardId: shardId,
      ...position,
    })) as { ShardIterator: string };
    return output.ShardIterator;
  }

  /** Reads the next records, at most 1,000. `next` is undefined at the end of a closed shard. */
  async records(
    iterator: string,
  ): Promise<{ readonly records: readonly StreamRecord[]; readonly next: string | undefined }> {
    const output = (await this.#call("GetRecords", { ShardIterator: iterator })) as {
      Records?: readonly StreamRecord[];
      NextShardIterator?: string;
    };
    return { records: output.Records ?? [], next: output.NextShardIterator };
  }

  async #call(operation: string, input: object): Promise<unknown> {
    const { host, hostname } = new URL(this.#endpoint);
    const body = JSON.stringify(input);
    const { headers } = await this.#signer.sign({
      method: "POST",
      protocol: "http:",
      hostname,
      path: "/",
      headers: {
        host,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDBStreams_20120810.${operation}`,
      },
      body,
    });
    const response = await fetch(this.#endpoint, { method: "POST", headers, body });
    const output = (await response.json()) as Record<string, unknown>;
    if (!response.ok) {
      const type = String(output.__type).split("#").at(-1) ?? "";
      throw new StreamError(type, String(output.message ?? output.Message));
    }
    return output;
  }
}
