import type {
  ApiDefinition,
  DataSourceDefinition,
  FunctionDefinition,
  ResolverDefinition,
} from "../appsync/api-definition";
import { type Inputs, type Provisioner, physicalName } from "./resource";

/** A definition without the id of its API, and under the name that it has there. */
const definition = <Definition>(name: string, inputs: Inputs): Definition => {
  const { apiId: _, ...others } = inputs;
  return { ...others, name: physicalName(name, inputs) } as Definition;
};

/** aws.appsync.GraphQLApi */
export const graphqlApi: Provisioner = (name, inputs, { appsync }) => {
  const made = appsync.createApi(definition<ApiDefinition>(name, inputs));
  return { id: made.id, state: { ...inputs, name: physicalName(name, inputs), ...made } };
};

/** aws.appsync.DataSource */
export const dataSource: Provisioner = (name, inputs, { appsync }) => {
  const apiId = String(inputs.apiId);
  const source = definition<DataSourceDefinition>(name, inputs);
  appsync.createDataSource(apiId, source);
  return { id: `${apiId}-${source.name}`, state: { ...inputs, name: source.name } };
};

/** aws.appsync.Function: a step of pipelines. */
export const graphqlFunction: Provisioner = (name, inputs, { appsync }) => {
  const apiId = String(inputs.apiId);
  const made = definition<FunctionDefinition>(name, inputs);
  const functionId = appsync.createFunction(apiId, made);
  return { id: `${apiId}-${functionId}`, state: { ...inputs, name: made.name, functionId } };
};

/** aws.appsync.Resolver */
export const resolver: Provisioner = (_name, inputs, { appsync }) => {
  const { apiId, ...resolverInputs } = inputs;
  appsync.createResolver(String(apiId), resolverInputs as unknown as ResolverDefinition);
  return { id: `${apiId}-${inputs.type}-${inputs.field}`, state: { ...inputs } };
};
