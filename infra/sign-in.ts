import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType, type Keeping, keeping } from "./component";

export interface SignInArgs extends Keeping {
  /** Offer USER_PASSWORD_AUTH besides SRP. */
  passwordSignIn: pulumi.Input<boolean>;
  /** Whether users sign in with the code of an authenticator as well. Not an `Input`: it says what else is set. */
  mfa: "OFF" | "OPTIONAL" | "ON";
  /** Cognito's feature plan: LITE, ESSENTIALS or PLUS. */
  userPoolTier: pulumi.Input<string>;
  /** What becomes of risky sign-ins; more than OFF needs the plan PLUS. Not an `Input`, as above. */
  threatProtection: "OFF" | "AUDIT" | "ENFORCED";
}

/** Who may sign in: a user pool that administrators fill, its one app client, and the group of operators. */
export class SignIn extends pulumi.ComponentResource {
  readonly userPool: aws.cognito.UserPool;
  readonly client: aws.cognito.UserPoolClient;
  readonly operators: aws.cognito.UserGroup;

  constructor(name: string, args: SignInArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("SignIn"), name, {}, opts);
    this.userPool = this.#createUserPool(name, args);
    this.client = this.#createClient(name, args);
    this.operators = new aws.cognito.UserGroup(
      `${name}-operators`,
      {
        name: "operators",
        description: "May read every stream and act on it",
        userPoolId: this.userPool.id,
      },
      { parent: this, ...keeping(args) },
    );
    this.registerOutputs({ userPoolId: this.userPool.id, clientId: this.client.id });
  }

  #createUserPool(name: string, args: SignInArgs): aws.cognito.UserPool {
    return new aws.cognito.UserPool(
      `${name}-users`,
      {
        usernameAttributes: ["email"],
        usernameConfiguration: { caseSensitive: false },
        autoVerifiedAttributes: ["email"],
        // An address counts once it is shown to be the user's, a new one too.
        userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
        accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
        // A later change of the schema replaces the pool and loses its users. The length limits are Cognito's own
        // defaults: left out, they show as a change in every preview.
        schemas: [
          {
            name: "email",
            attributeDataType: "String",
            required: true,
            mutable: true,
            stringAttributeConstraints: { minLength: "0", maxLength: "2048" },
          },
        ],
        passwordPolicy: {
          minimumLength: 12,
          requireLowercase: true,
          requireUppercase: true,
          requireNumbers: true,
          requireSymbols: true,
          temporaryPasswordValidityDays: 3,
        },
        adminCreateUserConfig: { allowAdminCreateUserOnly: true },
        mfaConfiguration: args.mfa,
        // Codes that arrive by SMS can be intercepted, and cost money.
        ...(args.mfa !== "OFF" && { softwareTokenMfaConfiguration: { enabled: true } }),
        userPoolTier: args.userPoolTier,
        ...(args.threatProtection !== "OFF" && {
          userPoolAddOns: { advancedSecurityMode: args.threatProtection },
        }),
        deletionProtection: args.keepData ? "ACTIVE" : "INACTIVE",
      },
      { parent: this, ...keeping(args) },
    );
  }

  #createClient(name: string, args: SignInArgs): aws.cognito.UserPoolClient {
    return new aws.cognito.UserPoolClient(
      `${name}-client`,
      {
        userPoolId: this.userPool.id,
        // Browsers and apps cannot keep a secret.
        generateSecret: false,
        explicitAuthFlows: pulumi
          .output(args.passwordSignIn)
          .apply((password) => [
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            ...(password ? ["ALLOW_USER_PASSWORD_AUTH"] : []),
          ]),
        preventUserExistenceErrors: "ENABLED",
        enableTokenRevocation: true,
        // Cognito does not rotate refresh tokens where ALLOW_REFRESH_TOKEN_AUTH is offered: they end early instead.
        tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "hours" },
        accessTokenValidity: 15,
        idTokenValidity: 15,
        refreshTokenValidity: 12,
      },
      // Front ends know its id.
      { parent: this, ...keeping(args) },
    );
  }
}
