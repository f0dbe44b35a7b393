/** The supported inputs of Pulumi's aws.appsync resources. */

export interface UserPoolConfig {
  readonly userPoolId: string;
  readonly awsRegion?: string;
  readonly appIdClientRegex?: string;
  /** Only the default mode has one; additional modes always allow. */
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
  /** Unit resolvers only. */
  readonly dataSource?: string;
  readonly pipelineConfig?: { readonly functions?: readonly string[] };
  readonly requestTemplate?: string;
  readonly responseTemplate?: string;
}

/** The only supported template version; the older one behaves differently in many places. */
export const templateVersion = "2018-05-29";

/** Throws on an unsupported input: ignoring it would silently change what the resource does. */
export function refuseUnknownInputs(inputs: object, known: readonly string[], where: string): void {
  const unknown = Object.entries(inputs).find(
    ([key, value]) => value !== undefined && !known.includes(key),
  );
  if (unknown !== undefined) {
    throw new Error(`${where}: the input "${unknown[0]}" is not supported locally`);
  }
}
