/** Names the records to deliver again. Source: "Configuring partial batch response" in the AWS Lambda Developer Guide. */
export interface BatchResponse {
  readonly batchItemFailures: ReadonlyArray<{ readonly itemIdentifier: string }>;
}

export const failuresOf = (ids: ReadonlyArray<string>): BatchResponse => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});
