import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { componentType } from "./component";

export interface SignInArgs {
  /**
   * Guard the users against deletion, and leave them in AWS when the stack is destroyed.
   * Not an `Input`: resource options take plain values only.
   */
  keepData: boolean;
  /** Offer USER_PASSWORD_AUTH besides SRP. */
  passwordSignIn: pulumi.Input<boolean>;
}

/** Who may sign in: a user pool that administrators fill, its one app client, and the group of operators. */
export class SignIn extends pulumi.ComponentResource {
  readonly userPool: aws.cognito.UserPool;
  readonly client: aws.cognito.UserPoolClient;
  readonly operators: aws.cognito.UserGroup;

  constructor(name: string, args: SignInArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType("SignIn"), name, {}, opts);
    this.userPool = this.#createUserPool(name, args.keepData);
    this.client = this.#createClient(name, args.passwordSignIn);
    this.operators = new aws.cognito.UserGroup(
      `${name}-operators`,
      {
        name: "operators",
        description: "May read every stream and act on it",
        userPoolId: this.userPool.id,
      },
      { parent: this },
    );
    this.registerOutputs({ userPoolId: this.userPool.id, clientId: this.client.id });
  }

  #createUserPool(name: string, keepData: boolean): aws.cognito.UserPool {
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
        deletionProtection: keepData ? "ACTIVE" : "INACTIVE",
      },
      { parent: this, protect: keepData, retainOnDelete: keepData },
    );
  }

  #createClient(name: string, passwordSignIn: pulumi.Input<boolean>): aws.cognito.UserPoolClient {
    return new aws.cognito.UserPoolClient(
      `${name}-client`,
      {
        userPoolId: this.userPool.id,
        // Browsers and apps cannot keep a secret.
        generateSecret: false,
        explicitAuthFlows: pulumi
          .output(passwordSignIn)
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
      { parent: this },
    );
  }
}
