/** The inputs of Pulumi's aws.appsync resources, as far as they are understood here. */

export interface UserPoolConfig {
  readonly userPoolId: string;
  readonly awsRegion?: string;
  readonly appIdClientRegex?: string;
  /** Only the default mode has one; the additional ones allow. */
  readonly defaultAction?: string;
}

export interface AuthenticationProvider {
  readonly authenticationType: string;
  readonly userPoolConfig?: UserPoolConfig;
}

/** aws.appsync.GraphQLApi */
export interface ApiDefinition extends AuthenticationProvider {
  readonly name: string;
  readonly schema: string;
  readonly additionalAuthenticationProviders?: readonly AuthenticationProvider[];
  /** ENABLED or DISABLED */
  readonly introspectionConfig?: string;
  /** 1 to 75, 0 for no limit */
  readonly queryDepthLimit?: number;
  /** 1 to 10000, 0 for AppSync's 10000 */
  readonly resolverCountLimit?: number;
}

/** aws.appsync.DataSource */
export interface DataSourceDefinition {
  readonly name: string;
  readonly type: string;
  readonly serviceRoleArn?: string;
  readonly dynamodbConfig?: { readonly tableName: string };
  readonly lambdaConfig?: { readonly functionArn: string };
}

/** aws.appsync.Function */
export interface FunctionDefinition {
  readonly name: string;
  readonly dataSource: string;
  readonly functionVersion?: string;
  readonly requestMappingTemplate?: string;
  readonly responseMappingTemplate?: string;
}

/** aws.appsync.Resolver */
export interface ResolverDefinition {
  readonly type: string;
  readonly field: string;
  /** UNIT or PIPELINE */
  readonly kind?: string;
  /** Of a unit resolver. */
  readonly dataSource?: string;
  readonly pipelineConfig?: { readonly functions?: readonly string[] };
  readonly requestTemplate?: string;
  readonly responseTemplate?: string;
}

/** The only template version that is understood here; the older one behaves differently in many places. */
export const templateVersion = "2018-05-29";

/** Throws when the inputs have one that is not known here: what it asks for would silently not happen. */
export function refuseUnknownInputs(inputs: object, known: readonly string[], where: string): void {
  const unknown = Object.entries(inputs).find(
    ([key, value]) => value !== undefined && !known.includes(key),
  );
  if (unknown !== undefined) {
    throw new Error(`${where}: the input "${unknown[0]}" is not supported locally`);
  }
}
