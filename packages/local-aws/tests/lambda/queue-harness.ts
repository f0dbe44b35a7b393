import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Iam } from "../../src/iam/iam";
import type { Sqs } from "../../src/sqs/sqs";

// What tests of mappings on queues do as the administrator.

export function clientOf(sqs: Sqs, iam: Iam): SQSClient {
  const credentials = iam.administrator;
  return new SQSClient({ region: "eu-central-1", credentials, endpoint: sqs.endpoint });
}

/** Sends texts like "a1": the first letter is the message's group, and the first two its deduplication id. */
export async function sendTo(
  client: SQSClient,
  QueueUrl: string,
  texts: readonly string[],
): Promise<void> {
  for (const text of texts) {
    await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: text,
        MessageGroupId: text.charAt(0),
        MessageDeduplicationId: text.slice(0, 2),
      }),
    );
  }
}

/** The numbers of messages that are visible and hidden. */
export async function messagesIn(
  client: SQSClient,
  QueueUrl: string,
): Promise<readonly (string | undefined)[]> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  return [
    Attributes?.ApproximateNumberOfMessages,
    Attributes?.ApproximateNumberOfMessagesNotVisible,
  ];
}
