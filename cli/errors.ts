import type { ProjectionError } from "../core/projection/use-case";

/** Its message has one line: why a command cannot run, and what to do about it. */
export class CommandError extends Error {}

const firstLine = (text: string): string => text.split("\n")[0]?.trim() ?? "";

const codeOf = (error: Error): unknown => ("code" in error ? error.code : undefined);

/** Any error in one line. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (codeOf(error) === "ECONNREFUSED") {
    return "the stack's tables do not answer; for a local stack, run `npm start` first";
  }
  const message = firstLine(error.message);
  switch (error.name) {
    case "AccessDeniedException":
      return `not permitted: ${message}`;
    case "CredentialsProviderError":
    case "UnrecognizedClientException":
    case "ExpiredTokenException":
      return `AWS cannot identify you: ${message}. Sign in (e.g. \`aws sso login\`) or set AWS_PROFILE`;
    case "ResourceNotFoundException":
      return `a table of the stack does not exist (${message}): check the AWS account that you are signed in to`;
    case "QueueDoesNotExist":
      return `the rebuild queue of the stack does not exist (${message}): check the AWS account that you are signed in to`;
    default:
      return message === "" ? error.name : message;
  }
};

/** The reason in one line why a stream's summary could not be moved. */
export const explainProjectionError = (error: ProjectionError): string => {
  switch (error._tag) {
    case "Unavailable":
      return explain(error.cause);
    case "UnreadableSummary":
      return `its summary cannot be read (${error.fault}): rebuild it`;
    case "Contended":
      return "the projector or the rebuilder was always faster: run it again";
    case "Outdated":
      return "a later release than this one has written its rows, or is rebuilding them: use that release";
  }
};
