import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./component";

export interface FirewallArgs {
  graphqlApi: aws.appsync.GraphQLApi;
  /** How many requests one address may send in five minutes. */
  requestsPerAddress: pulumi.Input<number>;
}

/** As much of a request's body as the firewall reads for AppSync. */
const readableBytes = 8 * 1024;

/**
 * Requests that IAM signs are the program's own publications: they come in great numbers from few addresses, they are long,
 * and they repeat what users have written. So the rules are for the others. One that only looks signed gets no further than
 * AppSync's check of its signature.
 */
const ofUsers = {
  notStatement: {
    statement: {
      byteMatchStatement: {
        fieldToMatch: { singleHeader: { name: "authorization" } },
        positionalConstraint: "STARTS_WITH",
        searchString: "AWS4-HMAC-SHA256",
        textTransformations: [{ priority: 0, type: "NONE" }],
      },
    },
  },
};

/** A web firewall before the API: requests by address, their size, and AWS's rules against known attacks. */
export class Firewall extends pulumi.ComponentResource {
  readonly acl: aws.wafv2.WebAcl;

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("Firewall"), name, {}, opts);
    this.acl = new aws.wafv2.WebAcl(
      `${name}-acl`,
      {
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: [
          rule("RequestsPerAddress", 0, {
            action: { block: {} },
            statement: {
              rateBasedStatement: {
                aggregateKeyType: "IP",
                limit: args.requestsPerAddress,
                evaluationWindowSec: 300,
                scopeDownStatement: ofUsers,
              },
            },
          }),
          // What it cannot read it cannot judge. Commands and queries are far shorter.
          rule("BodySize", 1, {
            action: { block: {} },
            statement: {
              andStatement: {
                statements: [
                  ofUsers,
                  {
                    sizeConstraintStatement: {
                      fieldToMatch: { body: { oversizeHandling: "MATCH" } },
                      comparisonOperator: "GT",
                      size: readableBytes,
                      textTransformations: [{ priority: 0, type: "NONE" }],
                    },
                  },
                ],
              },
            },
          }),
          // Subscriptions carry their token in the query string, which gets longer than the 2 KB of AWS's rule.
          managed("AWSManagedRulesCommonRuleSet", 2, [
            "SizeRestrictions_BODY",
            "SizeRestrictions_QUERYSTRING",
          ]),
          managed("AWSManagedRulesKnownBadInputsRuleSet", 3, []),
        ],
        visibilityConfig: visibility(name),
      },
      { parent: this },
    );
    new aws.wafv2.WebAclAssociation(
      `${name}-association`,
      { resourceArn: args.graphqlApi.arn, webAclArn: this.acl.arn },
      { parent: this },
    );
    this.registerOutputs({ aclArn: this.acl.arn });
  }
}

type Rule = aws.types.input.wafv2.WebAclRule;

function rule(
  name: string,
  priority: number,
  rest: Omit<Rule, "name" | "priority" | "visibilityConfig">,
): Rule {
  return { name, priority, ...rest, visibilityConfig: visibility(name) };
}

/** AWS's rules of that name, of which some only count. */
function managed(name: string, priority: number, counting: readonly string[]): Rule {
  return rule(name, priority, {
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name,
        scopeDownStatement: ofUsers,
        ruleActionOverrides: counting.map((counted) => ({
          name: counted,
          actionToUse: { count: {} },
        })),
      },
    },
  });
}

function visibility(metricName: string) {
  // A sample of requests would show their tokens to whoever may read it.
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
