import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  ConfirmForgotPasswordCommand,
  CreateGroupCommand,
  CreateUserPoolCommand,
  DeleteGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ForgotPasswordCommand,
  GetUserCommand,
  GetUserPoolMfaConfigCommand,
  ListGroupsCommand,
  ListUserPoolsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pool, permanent, region, startWorld, temporary, type World } from "./harness";

let world: World;
let pool: Pool;
let UserPoolId: string;
beforeAll(async () => {
  world = await startWorld();
  pool = await world.pool();
  UserPoolId = pool.UserPoolId;
});
afterAll(() => world.stop());

const get = (Username: string) =>
  world.administrator.send(new AdminGetUserCommand({ UserPoolId, Username }));

describe("AdminCreateUser", () => {
  const create = (Username: string, input: object = {}) =>
    world.administrator.send(new AdminCreateUserCommand({ UserPoolId, Username, ...input }));

  it("sends a password by e-mail that signs the user in, as the runbook's command asks for it", async () => {
    const UserAttributes = [
      { Name: "email", Value: "grace@example.com" },
      { Name: "email_verified", Value: "true" },
    ];
    const { User } = await create("grace@example.com", {
      UserAttributes,
      DesiredDeliveryMediums: ["EMAIL"],
    });
    expect(User).toMatchObject({ UserStatus: "FORCE_CHANGE_PASSWORD", Enabled: true });
    const [{ medium, to, text } = { medium: "", to: "", text: "" }] = world.sent;
    expect({ medium, to }).toEqual({ medium: "EMAIL", to: "grace@example.com" });
    const password = /temporary password is (\S+)$/.exec(text)?.[1] ?? "";
    expect(await pool.signIn("grace@example.com", password)).toMatchObject({
      ChallengeName: "NEW_PASSWORD_REQUIRED",
    });
    await expect(create("Grace@example.com")).rejects.toMatchObject({
      name: "UsernameExistsException",
      message: "User account already exists",
    });
    await create("grace@example.com", { MessageAction: "RESEND" });
    expect(world.sent[0]?.text).not.toBe(text);
    await expect(pool.signIn("grace@example.com", password)).rejects.toThrow("Incorrect");
  });

  it.each([
    [
      "a medium without an address",
      { DesiredDeliveryMediums: ["SMS"] },
      "InvalidParameterException",
    ],
    ["a weak password", { TemporaryPassword: "weak" }, "InvalidPasswordException"],
    [
      "an unknown attribute",
      { UserAttributes: [{ Name: "shoe", Value: "42" }] },
      "InvalidParameterException",
    ],
  ])("leaves no user behind when it is refused for %s", async (_, input, name) => {
    const email = "nobody-yet@example.com";
    await expect(create(email, input)).rejects.toMatchObject({ name });
    await expect(get(email)).rejects.toMatchObject({ name: "UserNotFoundException" });
  });

  it("takes nothing but an address for a user name where users sign in with it", async () => {
    await expect(create("ada")).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Username should be an email.",
    });
  });

  it("creates one user of those that are asked for at once with the same address", async () => {
    const Username = "at-once@example.com";
    const asked = Array.from({ length: 5 }, () => create(Username, { MessageAction: "SUPPRESS" }));
    const created = (await Promise.allSettled(asked)).filter(
      ({ status }) => status === "fulfilled",
    );
    expect(created).toHaveLength(1);
    const Filter = `email = "${Username}"`;
    const { Users } = await world.administrator.send(new ListUsersCommand({ UserPoolId, Filter }));
    expect(Users).toHaveLength(1);
  });

  it("keeps the name where users sign in by name, in its case unless the pool ignores it", async () => {
    const named = await world.pool({
      PoolName: "named",
      UsernameAttributes: [],
      UsernameConfiguration: { CaseSensitive: true },
    });
    const input = { UserPoolId: named.UserPoolId, MessageAction: "SUPPRESS" } as const;
    for (const Username of ["Ada", "ada"]) {
      const { User } = await world.administrator.send(
        new AdminCreateUserCommand({ ...input, Username, TemporaryPassword: temporary }),
      );
      expect(User?.Username).toBe(Username);
    }
    const { ChallengeName } = await named.signIn("ada", temporary);
    expect(ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
  });
});

describe("an administrator", () => {
  it("changes, disables, enables and deletes users", async () => {
    const Username = await pool.user();
    const of = { UserPoolId, Username };
    const UserAttributes = [{ Name: "name", Value: "Ada" }];
    await world.administrator.send(new AdminUpdateUserAttributesCommand({ ...of, UserAttributes }));
    const { UserAttributes: found, Username: sub } = await get(Username);
    expect(found).toContainEqual({ Name: "name", Value: "Ada" });
    expect(found).toContainEqual({ Name: "sub", Value: sub });
    await world.administrator.send(new AdminDisableUserCommand(of));
    expect(await get(sub ?? "")).toMatchObject({ Enabled: false });
    await world.administrator.send(new AdminEnableUserCommand(of));
    await expect(pool.signIn(Username, permanent)).resolves.toHaveProperty("AuthenticationResult");
    await world.administrator.send(new AdminDeleteUserCommand(of));
    await expect(get(Username)).rejects.toMatchObject({ name: "UserNotFoundException" });
  });

  it("gives no address to two users", async () => {
    const [Username, other] = [await pool.user(), await pool.user()];
    const UserAttributes = [{ Name: "email", Value: other }];
    await expect(
      world.administrator.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes }),
      ),
    ).rejects.toMatchObject({ name: "AliasExistsException" });
  });

  it("says of a new address whether it is verified, or else it is not", async () => {
    const Username = await pool.user();
    const update = (UserAttributes: { Name: string; Value: string }[]) =>
      world.administrator.send(
        new AdminUpdateUserAttributesCommand({ UserPoolId, Username: sub, UserAttributes }),
      );
    const { Username: sub } = await get(Username);
    await update([{ Name: "email", Value: "new-one@example.com" }]);
    const unverified = await get("new-one@example.com");
    expect(unverified.UserAttributes).toContainEqual({ Name: "email_verified", Value: "false" });
    await update([
      { Name: "email", Value: "newer@example.com" },
      { Name: "email_verified", Value: "True" },
    ]);
    const verified = await get("newer@example.com");
    expect(verified.UserAttributes).toContainEqual({ Name: "email_verified", Value: "true" });
  });

  it("sets passwords that count as temporary unless said otherwise", async () => {
    const Username = await pool.user();
    const Password = "Temporary-2";
    await world.administrator.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username, Password }),
    );
    expect((await get(Username)).UserStatus).toBe("FORCE_CHANGE_PASSWORD");
    expect((await pool.signIn(Username, Password)).ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
  });

  it("resets passwords, and signs users out", async () => {
    const Username = await pool.user();
    const { AuthenticationResult } = await pool.signIn(Username, permanent);
    const of = { UserPoolId, Username };
    await world.administrator.send(new AdminUserGlobalSignOutCommand(of));
    await expect(
      world.anybody.send(new GetUserCommand({ AccessToken: AuthenticationResult?.AccessToken })),
    ).rejects.toThrow("Access Token has been revoked");
    await world.administrator.send(new AdminResetUserPasswordCommand(of));
    await expect(pool.signIn(Username, permanent)).rejects.toMatchObject({
      name: "PasswordResetRequiredException",
    });
    const ConfirmationCode = /\d{6}/.exec(world.sent[0]?.text ?? "")?.[0] ?? "";
    const { ClientId } = pool;
    await world.anybody.send(
      new ConfirmForgotPasswordCommand({
        ClientId,
        Username,
        ConfirmationCode,
        Password: "Permanent-33",
      }),
    );
    await expect(pool.signIn(Username, "Permanent-33")).resolves.toHaveProperty(
      "AuthenticationResult",
    );
  });

  it("puts users into groups and takes them out", async () => {
    const Username = await pool.user();
    const GroupName = "auditors";
    const of = { UserPoolId, Username, GroupName };
    await expect(
      world.administrator.send(new AdminAddUserToGroupCommand(of)),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const create = new CreateGroupCommand({ UserPoolId, GroupName, Description: "look only" });
    await world.administrator.send(create);
    await world.administrator.send(new AdminAddUserToGroupCommand(of));
    // Creating the group again is rejected, and its members remain.
    await expect(world.administrator.send(create)).rejects.toMatchObject({
      name: "GroupExistsException",
    });
    const members = await world.administrator.send(
      new ListUsersInGroupCommand({ UserPoolId, GroupName }),
    );
    expect(members.Users).toHaveLength(1);
    const groups = () =>
      world.administrator.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }));
    expect((await groups()).Groups).toMatchObject([{ GroupName, Description: "look only" }]);
    await world.administrator.send(new AdminRemoveUserFromGroupCommand(of));
    expect((await groups()).Groups).toEqual([]);
    const all = await world.administrator.send(new ListGroupsCommand({ UserPoolId }));
    expect(all.Groups?.map((group) => group.GroupName)).toEqual([GroupName]);
    await world.administrator.send(new DeleteGroupCommand({ UserPoolId, GroupName }));
  });

  it("lists users by pages and by filters", async () => {
    const listed = await world.pool({ PoolName: "listed" });
    const names = [await listed.user(), await listed.user(), await listed.user()];
    const list = (input: object) =>
      world.administrator.send(new ListUsersCommand({ UserPoolId: listed.UserPoolId, ...input }));
    const first = await list({ Limit: 2 });
    const second = await list({ Limit: 2, PaginationToken: first.PaginationToken });
    expect([first, second].map(({ Users }) => Users?.length)).toEqual([2, 1]);
    expect(second.PaginationToken).toBeUndefined();
    const email = names[1]?.toLowerCase() ?? "";
    const Filter = `email ^= "${email.slice(0, -4)}"`;
    const found = await list({ Filter, AttributesToGet: ["email"] });
    expect(found.Users?.map(({ Attributes }) => Attributes)).toEqual([
      [{ Name: "email", Value: email }],
    ]);
    expect((await list({ Filter: 'cognito:user_status = "RESET_REQUIRED"' })).Users).toEqual([]);
    for (const wrong of ["email", 'birthdate = "1815-12-10"']) {
      await expect(list({ Filter: wrong })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
  });

  it("sees pools and clients with the defaults of what was left out", async () => {
    const { UserPool } = await world.administrator.send(
      new DescribeUserPoolCommand({ UserPoolId }),
    );
    expect(UserPool).toMatchObject({
      Id: UserPoolId,
      Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${UserPoolId}`,
      Name: "users",
      MfaConfiguration: "OFF",
    });
    expect(UserPoolId).toMatch(new RegExp(`^${region}_[A-Za-z0-9]{9}$`));
    const ClientId = await pool.client();
    const { UserPoolClient } = await world.administrator.send(
      new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
    );
    expect(UserPoolClient).toMatchObject({
      ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"],
      EnableTokenRevocation: true,
      AccessTokenValidity: 1,
      RefreshTokenValidity: 30,
      TokenValidityUnits: { AccessToken: "hours", IdToken: "hours", RefreshToken: "days" },
    });
    const mfa = await world.administrator.send(new GetUserPoolMfaConfigCommand({ UserPoolId }));
    expect(mfa.MfaConfiguration).toBe("OFF");
    const { UserPools } = await world.administrator.send(
      new ListUserPoolsCommand({ MaxResults: 60 }),
    );
    expect(UserPools?.map(({ Name }) => Name)).toContain("users");
  });

  it("turns on no authenticator that a user has not set up, and confirms nobody twice", async () => {
    const of = { UserPoolId, Username: await pool.user() };
    const SoftwareTokenMfaSettings = { Enabled: true };
    await expect(
      world.administrator.send(
        new AdminSetUserMFAPreferenceCommand({ ...of, SoftwareTokenMfaSettings }),
      ),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(world.administrator.send(new AdminConfirmSignUpCommand(of))).rejects.toMatchObject(
      {
        message: "User cannot be confirmed. Current status is CONFIRMED",
      },
    );
  });
});

describe("a client that tells nothing of its users", () => {
  it("answers as if it sent a code to an unknown address", async () => {
    const { ClientId } = pool;
    const before = world.sent.length;
    const ask = (Username: string) =>
      world.anybody.send(new ForgotPasswordCommand({ ClientId, Username }));
    expect((await ask("unknown@example.com")).CodeDeliveryDetails).toEqual({
      Destination: "u***@e***",
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
    expect(world.sent).toHaveLength(before);
    const confirm = (Username: string) =>
      world.anybody.send(
        new ConfirmForgotPasswordCommand({
          ClientId,
          Username,
          ConfirmationCode: "1",
          Password: permanent,
        }),
      );
    await expect(confirm("unknown@example.com")).rejects.toMatchObject({
      name: "CodeMismatchException",
    });
  });

  it("gives the code up after five wrong ones", async () => {
    const { ClientId } = pool;
    const Username = await pool.user();
    await world.anybody.send(new ForgotPasswordCommand({ ClientId, Username }));
    const confirm = (ConfirmationCode: string) =>
      world.anybody.send(
        new ConfirmForgotPasswordCommand({
          ClientId,
          Username,
          ConfirmationCode,
          Password: permanent,
        }),
      );
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(confirm("wrong")).rejects.toMatchObject({ name: "CodeMismatchException" });
    }
    const right = /\d{6}/.exec(world.sent[0]?.text ?? "")?.[0] ?? "";
    await expect(confirm(right)).rejects.toMatchObject({ name: "LimitExceededException" });
  });
});

describe("Cognito", () => {
  it("requires the administrator's signature, or a role's with the permission", async () => {
    const command = new AdminGetUserCommand({ UserPoolId, Username: await pool.user() });
    await expect(world.administrator.send(command)).resolves.toBeDefined();
    await expect(world.anybody.send(command)).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
    const role = world.iam.createRole("nobody");
    await expect(world.as(world.iam.assumeRole(role)).send(command)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("cognito-idp:AdminGetUser"),
    });
  });

  it("refuses settings and inputs that do nothing here by their names", async () => {
    const { ClientId } = pool;
    const refused = { name: "InvalidParameterException" };
    await expect(
      world.anybody.send(
        new SignUpCommand({ ClientId, Username: "a@b", Password: permanent, SecretHash: "x" }),
      ),
    ).rejects.toMatchObject({ ...refused, message: expect.stringContaining("SecretHash") });
    for (const [setting, input] of [
      ["generateSecret", { GenerateSecret: true }],
      ["refreshTokenRotation.Feature", { RefreshTokenRotation: { Feature: "ENABLED" } }],
      ["CallbackURLs", { CallbackURLs: ["https://example.com"] }],
      ["ALLOW_CUSTOM_AUTH", { ExplicitAuthFlows: ["ALLOW_CUSTOM_AUTH"] }],
      [
        "token validity",
        { AccessTokenValidity: 2, TokenValidityUnits: { AccessToken: "minutes" } },
      ],
    ] as const) {
      await expect(pool.client(input as object)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining(setting),
      });
    }
    await expect(
      world.administrator.send(
        new CreateUserPoolCommand({ PoolName: "x", LambdaConfig: { PreSignUp: "arn" } }),
      ),
    ).rejects.toThrow("LambdaConfig");
  });
});
