/** Reads the expressions of a DynamoDB request document: conditions, filters, updates and projections. */
import type { Item } from "./dynamodb-values";
import { mappingTemplateError } from "./errors";
import type { RequestDocument } from "./request-document";

export interface Expression {
  readonly expression: string;
  readonly placeholders: {
    readonly ExpressionAttributeNames: Record<string, string> | undefined;
    readonly ExpressionAttributeValues: Item | undefined;
  };
}

/** { expression, expressionNames, expressionValues } */
export function readExpression(document: RequestDocument): Expression {
  const read = readExpressionMembers(document);
  document.end();
  return read;
}

export interface Condition extends Expression {
  /** Attributes to ignore when the stored item is compared with the new one. */
  readonly equalsIgnore: readonly string[];
  /** Applies only to the read after a failed condition. */
  readonly consistentRead: boolean;
}

export function readCondition(
  document: RequestDocument | undefined,
  operation: "PutItem" | "UpdateItem" | "DeleteItem",
): Condition | undefined {
  if (document === undefined) {
    return undefined;
  }
  const expression = readExpressionMembers(document);
  const equalsIgnore = document.optionalStrings("equalsIgnore");
  const consistentRead = document.optionalBoolean("consistentRead") ?? true;
  if (equalsIgnore !== undefined && operation !== "PutItem") {
    throw mappingTemplateError(`'$[condition][equalsIgnore]' has no effect on ${operation}.`);
  }
  readHandler(document.optionalObject("conditionalCheckFailedHandler"));
  document.end();
  return {
    ...expression,
    equalsIgnore: equalsIgnore ?? [],
    consistentRead,
  };
}

/** The condition of a part of a transaction. */
export function readTransactionCondition(document: RequestDocument | undefined) {
  if (document === undefined) {
    return undefined;
  }
  const { expression, placeholders } = readExpressionMembers(document);
  const returnsItem = document.optionalBoolean("returnValuesOnConditionCheckFailure") ?? true;
  document.end();
  return {
    placeholders,
    input: {
      ConditionExpression: expression,
      ReturnValuesOnConditionCheckFailure: returnsItem ? ("ALL_OLD" as const) : ("NONE" as const),
    },
  };
}

/** { expression, expressionNames } */
export function readProjection(document: RequestDocument | undefined) {
  if (document === undefined) {
    return undefined;
  }
  const projection = {
    ProjectionExpression: document.string("expression"),
    ExpressionAttributeNames: readNames(document),
  };
  document.end();
  return projection;
}

function readExpressionMembers(document: RequestDocument): Expression {
  return {
    expression: document.string("expression"),
    placeholders: {
      ExpressionAttributeNames: readNames(document),
      ExpressionAttributeValues: document.optionalItem("expressionValues"),
    },
  };
}

function readNames(document: RequestDocument): Record<string, string> | undefined {
  const names = document.optionalObject("expressionNames");
  return names && Object.fromEntries(names.keys().map((key) => [key, names.string(key)]));
}

/** "Reject" is the behaviour without a handler; "Custom" would let a function decide. */
function readHandler(handler: RequestDocument | undefined): void {
  if (handler !== undefined) {
    const strategy = handler.string("strategy");
    if (strategy !== "Reject") {
      throw mappingTemplateError(
        `Unsupported strategy '${strategy}' for '$[condition][conditionalCheckFailedHandler]': only Reject is supported locally.`,
      );
    }
    handler.end();
  }
}

interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}

/** DynamoDB expects the placeholders of all expressions of a request in one map, and refuses an empty one. */
export function mergePlaceholders(...all: readonly (Placeholders | undefined)[]): Placeholders {
  return {
    ExpressionAttributeNames: merged(all.map((each) => each?.ExpressionAttributeNames)),
    ExpressionAttributeValues: merged(all.map((each) => each?.ExpressionAttributeValues)),
  };
}

/** An empty map that a template gives is sent: AppSync does not drop it either (aws-appsync-community 178). */
function merged<T>(
  maps: readonly (Record<string, T> | undefined)[],
): Record<string, T> | undefined {
  const given = maps.filter((map) => map !== undefined);
  return given.length > 0 ? Object.assign({}, ...given) : undefined;
}
