import { randomBytes } from "node:crypto";
import { IamError } from "./errors";
import { isAwsPolicy, managedPolicy } from "./managed-policies";
import {
  evaluate,
  parsePolicy,
  parseResourcePolicy,
  parseTrustPolicy,
  type RequestContext,
  type Statement,
  type TrustStatement,
  trusts,
} from "./policy";
import { type Credentials, readClaim, type SignedRequest, verifySignature } from "./signature";

export { IamError } from "./errors";
export { type Credentials, type SignedRequest, signedRequestOf } from "./signature";

/** The account that owns every local resource. */
export const localAccountId = "000000000000";

export interface Principal {
  /** The role's ARN, or the local administrator's. */
  readonly arn: string;
  /** The caller's ARN in AWS's messages and identities: for a role, that of the assumed role's session. */
  readonly userArn: string;
}

interface Role {
  readonly name: string;
  readonly trust: readonly TrustStatement[] | undefined;
  readonly policies: Map<string, readonly Statement[]>;
  credentials?: Credentials;
}

interface Identity {
  readonly credentials: Credentials;
  readonly principal: Principal;
}

/** Manages roles with their credentials and policies, and authenticates signed requests. In memory only. */
export class Iam {
  /** May do everything: the local counterpart of the operator's own AWS credentials. */
  readonly administrator: Credentials;

  readonly #region: string;
  readonly #administratorArn = `arn:aws:iam::${localAccountId}:user/administrator`;
  readonly #roles = new Map<string, Role>();
  /** Managed policies that the program has made, by ARN. */
  readonly #policies = new Map<string, readonly Statement[]>();
  /** The policies of resources, by the resources' ARNs. */
  readonly #resourcePolicies = new Map<string, readonly Statement[]>();
  readonly #identities = new Map<string, Identity>();

  /** @param options.administrator fixed credentials, so that another process can act as the administrator too */
  constructor(options: { readonly region: string; readonly administrator?: Credentials }) {
    this.#region = options.region;
    this.administrator = options.administrator ?? newCredentials("AKIA");
    this.#identities.set(this.administrator.accessKeyId, {
      credentials: this.administrator,
      principal: { arn: this.#administratorArn, userArn: this.#administratorArn },
    });
  }

  /** Creates a role and returns its ARN. Without a trust policy any service may assume it. */
  createRole(name: string, assumeRolePolicy?: unknown): string {
    if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
      throw new Error(`role name "${name}" must be 1 to 64 characters out of [A-Za-z0-9_+=,.@-]`);
    }
    const arn = `arn:aws:iam::${localAccountId}:role/${name}`;
    if (this.#roles.has(arn)) {
      throw new Error(`role "${name}" exists already`);
    }
    const trust =
      assumeRolePolicy === undefined
        ? undefined
        : parseTrustPolicy(assumeRolePolicy, `trust policy of role "${name}"`);
    this.#roles.set(arn, { name, trust, policies: new Map() });
    return arn;
  }

  /** Creates a managed policy, which attachPolicy gives to roles, and returns its ARN. */
  createPolicy(name: string, document: unknown, path = "/"): string {
    const arn = `arn:aws:iam::${localAccountId}:policy${path}${name}`;
    if (this.#policies.has(arn)) {
      throw new Error(`policy "${name}" exists already`);
    }
    this.#policies.set(arn, parsePolicy(document, `policy "${name}"`));
    return arn;
  }

  /** Gives a role the permissions of a managed policy: one of the program's, or of AWS's own that are known here. */
  attachPolicy(roleName: string, policyArn: string): void {
    const role = this.#role(`arn:aws:iam::${localAccountId}:role/${roleName}`);
    const own = this.#policies.get(policyArn);
    const ofAws = managedPolicy(policyArn);
    if (own === undefined && ofAws === undefined) {
      const what = isAwsPolicy(policyArn)
        ? `the policy ${policyArn} is not supported locally`
        : `there is no policy ${policyArn}`;
      throw new Error(`role "${roleName}": ${what}`);
    }
    role.policies.set(policyArn, own ?? parsePolicy(ofAws, policyArn));
  }

  /** Adds or replaces an inline policy of a role. Throws if the policy uses an unsupported element. */
  putRolePolicy(roleName: string, policyName: string, document: unknown): void {
    const role = this.#role(`arn:aws:iam::${localAccountId}:role/${roleName}`);
    const where = `policy "${policyName}" of role "${roleName}"`;
    role.policies.set(policyName, parsePolicy(document, where));
  }

  /** Adds or replaces the policy of a resource, which counts for its indexes as well. */
  putResourcePolicy(resourceArn: string, document: unknown): void {
    const where = `policy of ${resourceArn}`;
    this.#resourcePolicies.set(resourceArn, parseResourcePolicy(document, where));
  }

  /**
   * Returns the role's credentials, the same at every call.
   * @param servicePrincipal the assuming service, e.g. "lambda.amazonaws.com"; checked against the trust policy
   * @param sourceArn the resource for which the service assumes the role
   */
  assumeRole(roleArn: string, servicePrincipal?: string, sourceArn?: string): Credentials {
    const role = this.#role(roleArn);
    const request: RequestContext =
      sourceArn === undefined
        ? {}
        : { "aws:sourcearn": sourceArn, "aws:sourceaccount": localAccountId };
    if (
      servicePrincipal !== undefined &&
      role.trust !== undefined &&
      !trusts(role.trust, servicePrincipal, request)
    ) {
      throw new IamError(
        "AccessDeniedException",
        `${servicePrincipal} may not assume ${roleArn}: the role's trust policy does not allow it`,
      );
    }
    role.credentials ??= this.#newSession(roleArn);
    return role.credentials;
  }

  /** Returns the principal that signed the request. Throws IamError if the signature does not verify. */
  async authenticate(request: SignedRequest, service: string): Promise<Principal> {
    const claim = readClaim(request);
    const identity = this.#identities.get(claim.accessKeyId);
    if (
      identity === undefined ||
      identity.credentials.sessionToken !== request.headers["x-amz-security-token"]
    ) {
      throw new IamError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    }
    const expected = { service, region: this.#region };
    await verifySignature(request, claim, identity.credentials, expected);
    return identity.principal;
  }

  /** Returns whether the action (e.g. "dynamodb:GetItem") on the resource's ARN is allowed. */
  allows(principal: Principal, action: string, resource: string): boolean {
    return this.refusal(principal, action, resource) === undefined;
  }

  /**
   * Returns AWS's error if the action is not allowed. Within an account either the identity's policies or the resource's
   * have to allow it, and neither may deny it: what a resource's policy denies is denied to administrators, too.
   */
  refusal(principal: Principal, action: string, resource: string): IamError | undefined {
    const request: RequestContext = {
      "aws:principalarn": principal.arn,
      "aws:principalaccount": localAccountId,
      // The engines stand in for endpoints that are called over TLS.
      "aws:securetransport": "true",
    };
    const ofResource = evaluate(this.#policiesOf(resource), action, resource, request);
    const ofIdentity =
      principal.arn === this.#administratorArn
        ? "Allow"
        : evaluate(
            [...this.#role(principal.arn).policies.values()].flat(),
            action,
            resource,
            request,
          );
    if (ofIdentity === "Deny" || ofResource === "Deny") {
      const kind = ofIdentity === "Deny" ? "identity-based" : "resource-based";
      return denied(principal, action, resource, `with an explicit deny in a ${kind} policy`);
    }
    return ofIdentity === "Allow" || ofResource === "Allow"
      ? undefined
      : denied(
          principal,
          action,
          resource,
          `because no identity-based policy allows the ${action} action`,
        );
  }

  /** Returns the principal of a role, for callers inside the local cloud, which need no signature. */
  principalOf(roleArn: string): Principal {
    const { name } = this.#role(roleArn);
    const session = `arn:aws:sts::${localAccountId}:assumed-role/${name}/local`;
    return { arn: roleArn, userArn: session };
  }

  #policiesOf(resource: string): readonly Statement[] {
    const [table = ""] = resource.split("/index/");
    return this.#resourcePolicies.get(table) ?? [];
  }

  #role(arn: string): Role {
    const role = this.#roles.get(arn);
    if (role === undefined) {
      throw new Error(`there is no role ${arn}`);
    }
    return role;
  }

  #newSession(roleArn: string): Credentials {
    const credentials = {
      ...newCredentials("ASIA"),
      sessionToken: randomBytes(48).toString("base64"),
    };
    const principal = this.principalOf(roleArn);
    this.#identities.set(credentials.accessKeyId, { credentials, principal });
    return credentials;
  }
}

function denied({ userArn }: Principal, action: string, resource: string, why: string): IamError {
  return new IamError(
    "AccessDeniedException",
    `User: ${userArn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  );
}

/** AWS's access key ids start with AKIA for users and with ASIA for sessions. */
function newCredentials(prefix: "AKIA" | "ASIA"): Credentials {
  return {
    accessKeyId: prefix + randomBytes(8).toString("hex").toUpperCase(),
    secretAccessKey: randomBytes(30).toString("base64"),
  };
}
