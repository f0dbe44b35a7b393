/** Assembles an API from its resources in the order of their creation, and validates each one as AppSync does. */
import { randomBytes } from "node:crypto";
import { isObjectType } from "graphql";
import { localAccountId } from "../iam/iam";
import { decodeInputs, type Inputs } from "../inputs";
import type { Api } from "./api";
import {
  ApiDefinition,
  DataSourceDefinition,
  FunctionDefinition,
  ResolverDefinition,
  templateVersions,
} from "./api-definition";
import { type ApiKey, ApiKeys } from "./api-keys";
import { Authorization } from "./authorization";
import { createDataSource, type DataSource, type DataSourceServices } from "./data-sources";
import type { Resolver, Stage } from "./resolver";
import { buildSchema } from "./schema";
import { compileTemplate, type Template } from "./vtl";

/** AppSync's quotas. */
const maxPipelineFunctions = 10;
const maxResolvers = 10_000;
const maxQueryDepth = 75;

const namePattern = /^[_A-Za-z][_0-9A-Za-z]*$/;

export interface ApiServices extends Omit<DataSourceServices, "apiArn"> {
  /** http://127.0.0.1:<port>/<poolId> */
  userPoolIssuer(userPoolId: string): string;
  readonly log: (line: string) => void;
}

export class ApiBuilder {
  readonly id: string;
  readonly arn: string;
  readonly api: Api;
  readonly #resolvers = new Map<string, Resolver>();
  readonly #dataSources = new Map<string, DataSource>();
  readonly #functions = new Map<string, Stage>();
  /** Of functions, by their names. */
  readonly #ids = new Map<string, string>();
  readonly #idsBefore: Map<string, string>;
  readonly #apiKeys = new ApiKeys();

  readonly #services: ApiServices;

  /**
   * @param inputs those of aws.appsync.GraphQLApi
   * @param replaced the API that this one takes the place of: it and its functions keep their ids
   */
  constructor(inputs: Inputs, services: ApiServices, replaced?: ApiBuilder) {
    const definition = decodeInputs(ApiDefinition, inputs, `API ${inputs.name}`);
    this.#services = services;
    this.id = replaced?.id ?? newId();
    this.#idsBefore = new Map(replaced === undefined ? [] : replaced.#ids);
    this.arn = `arn:aws:appsync:${services.region}:${localAccountId}:apis/${this.id}`;
    const providers = [definition, ...(definition.additionalAuthenticationProviders ?? [])];
    this.api = {
      schema: buildSchema(definition.schema, providers.length > 1),
      authorization: new Authorization({
        apiArn: this.arn,
        iam: services.iam,
        issuerOf: (poolId) => services.userPoolIssuer(poolId),
        providers,
        apiKeys: this.#apiKeys,
      }),
      limits: {
        introspection: readIntrospection(definition.introspectionConfig),
        depth: readLimit("queryDepthLimit", definition.queryDepthLimit, maxQueryDepth),
        resolvers:
          readLimit("resolverCountLimit", definition.resolverCountLimit, maxResolvers) ||
          maxResolvers,
      },
      resolvers: this.#resolvers,
      log: services.log,
    };
  }

  /** @param key what the key's random part is; made up where it is left out */
  addApiKey(inputs: Inputs, key = newId()): ApiKey {
    return this.#apiKeys.add(`da2-${key}`, inputs);
  }

  addDataSource(inputs: Inputs): void {
    const definition = decodeInputs(DataSourceDefinition, inputs, `data source ${inputs.name}`);
    const { name } = definition;
    checkName("data source", name);
    if (this.#dataSources.has(name)) {
      throw new Error(`data source ${name} exists already`);
    }
    this.#dataSources.set(
      name,
      createDataSource(definition, { ...this.#services, apiArn: this.arn }),
    );
  }

  /** Returns the function's id, which pipelines name. */
  addFunction(inputs: Inputs): string {
    const where = `function ${inputs.name}`;
    const definition = decodeInputs(FunctionDefinition, inputs, where);
    const [onlyVersion] = templateVersions;
    const { name, functionVersion = onlyVersion } = definition;
    checkName("function", name);
    if (functionVersion !== onlyVersion) {
      throw new Error(`${where}: functionVersion must be ${onlyVersion}`);
    }
    const id = this.#idsBefore.get(name) ?? newId();
    // Another function may have the same name.
    this.#idsBefore.delete(name);
    this.#ids.set(name, id);
    this.#functions.set(id, {
      name,
      dataSource: this.#dataSource(definition.dataSource, where),
      request: compile(`${where}: request template`, definition.requestMappingTemplate),
      response: compile(`${where}: response template`, definition.responseMappingTemplate),
      maxBatchSize: definition.maxBatchSize ?? 0,
    });
    return id;
  }

  addResolver(inputs: Inputs): void {
    const key = `${inputs.type}.${inputs.field}`;
    const where = `resolver ${key}`;
    const definition = decodeInputs(ResolverDefinition, inputs, where);
    const type = this.api.schema.getType(definition.type);
    if (!isObjectType(type) || type.getFields()[definition.field] === undefined) {
      throw new Error(`${where}: the schema has no such field`);
    }
    if (this.#resolvers.has(key)) {
      throw new Error(`${where}: the field has a resolver already`);
    }
    this.#resolvers.set(key, this.#resolver(definition, where));
  }

  #resolver(definition: ResolverDefinition, where: string): Resolver {
    const { dataSource, pipelineConfig, kind = "UNIT", maxBatchSize = 0 } = definition;
    const request = compile(`${where}: request template`, definition.requestTemplate);
    const response = compile(`${where}: response template`, definition.responseTemplate);
    if (kind === "PIPELINE" && dataSource === undefined) {
      const ids = pipelineConfig?.functions ?? [];
      return {
        kind,
        before: request,
        functions: this.#pipeline(ids, where),
        after: response,
      };
    }
    if (kind === "UNIT" && dataSource !== undefined && pipelineConfig === undefined) {
      const source = this.#dataSource(dataSource, where);
      return { kind, stage: { name: "unit", dataSource: source, request, response, maxBatchSize } };
    }
    throw new Error(
      `${where}: kind must be UNIT with a dataSource, or PIPELINE with pipelineConfig and without a dataSource`,
    );
  }

  #pipeline(ids: readonly string[], where: string): readonly Stage[] {
    if (ids.length === 0 || ids.length > maxPipelineFunctions) {
      throw new Error(
        `${where}: a pipeline has 1 to ${maxPipelineFunctions} functions, not ${ids.length}`,
      );
    }
    return ids.map((id) => {
      const stage = this.#functions.get(id);
      if (stage === undefined) {
        throw new Error(`${where}: there is no function with the id ${id}`);
      }
      return stage;
    });
  }

  #dataSource(name: string, where: string): DataSource {
    const dataSource = this.#dataSources.get(name);
    if (dataSource === undefined) {
      throw new Error(`${where}: there is no data source ${name}`);
    }
    return dataSource;
  }
}

function checkName(kind: string, name: string): void {
  if (!namePattern.test(name)) {
    throw new Error(`${kind} name "${name}" must match ${namePattern.source}`);
  }
}

function compile(name: string, text: string | undefined): Template {
  if (text === undefined || text === "") {
    throw new Error(`${name} is missing; JavaScript resolvers are not supported locally`);
  }
  return compileTemplate(name, text);
}

function readIntrospection(config = "ENABLED"): boolean {
  if (config !== "ENABLED" && config !== "DISABLED") {
    throw new Error(`introspectionConfig must be ENABLED or DISABLED, not "${config}"`);
  }
  return config === "ENABLED";
}

function readLimit(name: string, value = 0, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new Error(`${name} must be a whole number from 0 (no limit) to ${max}, not ${value}`);
  }
  return value;
}

/** 26 lower-case letters and digits, like AppSync's own ids. */
export function newId(bytes: Uint8Array = randomBytes(26)): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}
