/** Runs a prepared operation: authorizes each field, calls its resolver, and collects what comes of it. */
import type { GraphQLResolveInfo, GraphQLSchema } from "graphql";
import type { Api, OperationResponse, RequestContext } from "./api";
import type { Selections } from "./collect-fields";
import { fragmentsOf, type Selected } from "./document";
import { type FormattedError, formatResolverError, visibleTo } from "./error-format";
import { type ErrorDetails, ResolverError, unauthorizedField } from "./errors";
import { type Executed, executeOperation, type FieldResolver } from "./execution";
import type { Variables } from "./input-values";
import type { JavaMap } from "./java-values";
import { Publications } from "./publications";
import { type Resolver, resolveField } from "./resolver";
import { selectionSetGraphQL, selectionSetList } from "./selection";

/** A valid operation with its variables coerced. */
export interface Prepared extends Selected {
  readonly variables: Variables;
}

/** One execution, with its counters and the publications and errors that it collects. */
export class OperationRun {
  readonly publications = new Publications();
  /** The field of a subscription, once it is authorized. */
  subscribed: { readonly fieldName: string; readonly args: Readonly<JavaMap> } | undefined;
  #resolversRun = 0;
  readonly #appended: FormattedError[] = [];
  readonly #api: Api;
  readonly #context: RequestContext;

  constructor(api: Api, context: RequestContext) {
    this.#api = api;
    this.#context = context;
  }

  async execute(prepared: Prepared): Promise<OperationResponse> {
    const executed = await execute(this.#api.schema, prepared, {}, (source, args, info) =>
      this.#field(source, args, info),
    );
    return toResponse(executed, this.#appended);
  }

  #field(source: unknown, args: Record<string, unknown>, info: GraphQLResolveInfo): unknown {
    const { parentType, fieldName, schema } = info;
    if (!this.#api.authorization.mayAccess(this.#context.caller, info)) {
      throw unauthorizedField(fieldName, parentType.name);
    }
    this.publications.record(info);
    const resolver = this.#api.resolvers.get(`${parentType.name}.${fieldName}`);
    if (parentType === schema.getSubscriptionType()) {
      this.subscribed = { fieldName, args };
      return resolver && this.#resolve(resolver, source, args, info).then(() => null);
    }
    return resolver ? this.#resolve(resolver, source, args, info) : readProperty(source, fieldName);
  }

  async #resolve(
    resolver: Resolver,
    source: unknown,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
  ): Promise<unknown> {
    this.#resolversRun += 1;
    if (this.#resolversRun > this.#api.limits.resolvers) {
      throw new ResolverError({
        message: `The operation runs more resolvers than the API's limit of ${this.#api.limits.resolvers}`,
        errorType: "ResolverCountLimitExceeded",
      });
    }
    const outErrors: ErrorDetails[] = [];
    try {
      return await resolveField(resolver, {
        ...this.#context,
        args,
        source,
        outErrors,
        info: {
          fieldName: info.fieldName,
          parentTypeName: info.parentType.name,
          variables: info.variableValues,
          selectionSetList: selectionSetList(info),
          selectionSetGraphQL: selectionSetGraphQL(info),
        },
      });
    } catch (error) {
      throw visibleTo(error instanceof ResolverError ? error : this.#internalFailure(error), info);
    } finally {
      const visible = outErrors.map((error) => formatResolverError(visibleTo(error, info), info));
      this.#appended.push(...visible);
    }
  }

  /** Wraps an error that no template and no data source raised on purpose. */
  #internalFailure(error: unknown): ResolverError {
    this.#api.log(`AppSync: ${error instanceof Error ? error.stack : String(error)}`);
    const message = error instanceof Error ? error.message : String(error);
    return new ResolverError({ message, errorType: "InternalFailure" });
  }
}

export function execute(
  schema: GraphQLSchema,
  prepared: Prepared,
  source: unknown,
  resolve: FieldResolver,
): Executed | Promise<Executed> {
  const selections = selectionsOf(schema, prepared);
  return executeOperation(prepared.operation, selections, source, resolve);
}

export function selectionsOf(schema: GraphQLSchema, { document, variables }: Prepared): Selections {
  return { schema, fragments: fragmentsOf(document), variables };
}

export function readProperty(source: unknown, fieldName: string): unknown {
  return typeof source === "object" && source !== null && Object.hasOwn(source, fieldName)
    ? (source as Record<string, unknown>)[fieldName]
    : null;
}

export function toResponse(
  { data, errors: raised }: Executed,
  appended: readonly FormattedError[],
): OperationResponse {
  const errors = [...raised, ...appended];
  return { data, ...(errors.length > 0 && { errors }) };
}
