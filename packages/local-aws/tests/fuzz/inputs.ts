/** What clients that have signed in, or signed, may send: in the right place, and of any form. */
import fc from "fast-check";

export interface ServiceCall {
  readonly service: string;
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const noText = { toString: 1 };

const start = fc.record({
  type: fc.constant("start"),
  id: fc.constantFrom<unknown>("1", "2", 3, noText),
  payload: fc.record({
    data: fc.oneof(
      fc.constantFrom(
        '{"query":"subscription { onChange { owner } }"}',
        '{"query":"subscription { onChange(owner: \\"a\\") { memo } }"}',
        '{"query":"{ change(owner: 1) { owner } }"}',
      ),
      fc.json(),
      fc.jsonValue(),
    ),
    extensions: fc.oneof(
      fc.constantFrom<unknown>(
        { authorization: "sign" },
        { authorization: { Authorization: noText } },
        { authorization: null },
      ),
      fc.jsonValue(),
    ),
  }),
});

/** Where it says "sign", a signature of the data belongs. */
export const realtimeMessage = fc.oneof(
  { weight: 3, arbitrary: start },
  fc.record({
    type: fc.constantFrom<unknown>("stop", "connection_init", "x", noText),
    id: fc.constantFrom<unknown>("1", "2", 3, noText),
  }),
  fc.jsonValue(),
);

function call(
  service: string,
  prefix: string,
  operations: readonly string[],
  names: readonly string[],
  values: readonly unknown[],
): fc.Arbitrary<ServiceCall> {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(noText, 1e9, -1, null, ...values),
  );
  return fc.record({
    service: fc.constant(service),
    target: fc.constantFrom(...operations).map((name) => `${prefix}.${name}`),
    input: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 }),
  });
}

export const sqsCall = (queueUrl: string): fc.Arbitrary<ServiceCall> =>
  call(
    "sqs",
    "AmazonSQS",
    "GetQueueUrl GetQueueAttributes SendMessage DeleteMessage ChangeMessageVisibility PurgeQueue constructor".split(
      " ",
    ),
    "QueueUrl QueueName MessageBody MessageGroupId ReceiptHandle VisibilityTimeout AttributeNames DelaySeconds".split(
      " ",
    ),
    [queueUrl, queueUrl, "queue"],
  );

export const dynamodbCall: fc.Arbitrary<ServiceCall> = call(
  "dynamodb",
  "DynamoDB_20120810",
  "GetItem PutItem Query BatchGetItem TransactWriteItems DescribeTable constructor".split(" "),
  "TableName Key Item RequestItems TransactItems IndexName".split(" "),
  ["table", { id: { S: "1" } }],
);

/** What a user pool answers to everybody. */
export const publicCall = (clientId: string): fc.Arbitrary<ServiceCall> =>
  call(
    "cognito-idp",
    "AWSCognitoIdentityProviderService",
    "InitiateAuth InitiateAuth RespondToAuthChallenge GetTokensFromRefreshToken GetUser SignUp ForgotPassword GlobalSignOut constructor".split(
      " ",
    ),
    "ClientId AuthFlow AuthParameters ChallengeName ChallengeResponses Session AccessToken RefreshToken Username Password".split(
      " ",
    ),
    [
      clientId,
      clientId,
      "USER_PASSWORD_AUTH",
      "USER_SRP_AUTH",
      "REFRESH_TOKEN_AUTH",
      "NEW_PASSWORD_REQUIRED",
      "PASSWORD_VERIFIER",
      "a.b.c",
      { USERNAME: noText, PASSWORD: [] },
      { USERNAME: "a", PASSWORD: "b" },
      { USERNAME: "a", SRP_A: "not hexadecimal" },
      { USERNAME: "a", SRP_A: "0" },
      { REFRESH_TOKEN: "a.b.c" },
    ],
  );
