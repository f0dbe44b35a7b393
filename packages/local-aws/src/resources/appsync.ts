import { newId } from "../appsync/api-builder";
import {
  ApiDefinition,
  DataSourceDefinition,
  FunctionDefinition,
  ResolverDefinition,
} from "../appsync/api-definition";
import { KeyDefinition } from "../appsync/api-keys";
import type { Inputs } from "../inputs";
import { knowing, physicalName } from "./resource";

// The engine decodes the inputs itself: it checks them against the API's other resources.

/** The inputs without the id of the API, and with the name that the resource has there. */
function definition(name: string, { apiId: _, ...inputs }: Inputs) {
  return { ...inputs, name: physicalName(name, inputs) };
}

/** aws.appsync.GraphQLApi */
export const graphqlApi = knowing(ApiDefinition, (name, inputs, { appsync }) => {
  const api = definition(name, inputs);
  const made = appsync.createApi(api);
  return { id: made.id, state: { name: api.name, ...made } };
});

/** aws.appsync.ApiKey. It stays the same from run to run where data is kept. */
export const apiKey = knowing(
  KeyDefinition,
  (name, { apiId, ...inputs }, { appsync, seed }) => {
    const random = newId(seed.bytes(JSON.stringify(["ApiKey", name]), 26));
    const made = appsync.createApiKey(String(apiId), inputs, random);
    return { id: `${apiId}:${made.key}`, state: { ...made, apiKeyId: made.key } };
  },
  ["apiId"],
);

/** aws.appsync.DataSource */
export const dataSource = knowing(
  DataSourceDefinition,
  async (name, inputs, { appsync }) => {
    const apiId = String(inputs.apiId);
    const source = definition(name, inputs);
    const { changes } = appsync;
    await changes.make(`data source ${name}`, () => appsync.createDataSource(apiId, source));
    return { id: `${apiId}-${source.name}`, state: { name: source.name } };
  },
  ["apiId"],
);

/** aws.appsync.Function: a step of pipelines. */
export const graphqlFunction = knowing(
  FunctionDefinition,
  async (name, inputs, { appsync }) => {
    const apiId = String(inputs.apiId);
    const step = definition(name, inputs);
    const { changes } = appsync;
    const functionId = await changes.make(`function ${name}`, () =>
      appsync.createFunction(apiId, step),
    );
    return { id: `${apiId}-${functionId}`, state: { name: step.name, functionId } };
  },
  ["apiId"],
);

/** aws.appsync.Resolver */
export const resolver = knowing(
  ResolverDefinition,
  async (name, inputs, { appsync }) => {
    const { apiId, ...others } = inputs;
    const { changes } = appsync;
    await changes.makeInTurn(`resolver ${name}`, () =>
      appsync.createResolver(String(apiId), others),
    );
    return { id: `${apiId}-${inputs.type}-${inputs.field}`, state: {} };
  },
  ["apiId"],
);
