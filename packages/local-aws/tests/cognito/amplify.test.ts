import { GetUserCommand, InitiateAuthCommand } from "@aws-sdk/client-cognito-identity-provider";
import { Amplify } from "aws-amplify";
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  confirmUserAttribute,
  fetchAuthSession,
  fetchMFAPreference,
  fetchUserAttributes,
  resetPassword,
  setUpTOTP,
  signIn,
  signOut,
  signUp,
  updateMFAPreference,
  updatePassword,
  updateUserAttribute,
  verifyTOTPSetup,
} from "aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "aws-amplify/auth/cognito";
import { ConsoleLogger } from "aws-amplify/utils";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { totp } from "../../src/cognito/totp";
import { type Pool, permanent, startWorld, temporary, type World } from "./harness";

// aws-amplify as it is, with its setting for an endpoint of one's own. It signs in by SRP unless it is told otherwise.

let world: World;
let pool: Pool;
/** What a browser would keep. */
const storage = new Map<string, string>();

beforeAll(async () => {
  // It warns of every endpoint of one's own.
  ConsoleLogger.LOG_LEVEL = "ERROR";
  world = await startWorld();
  pool = await world.pool();
  use(pool);
  cognitoUserPoolsTokenProvider.setKeyValueStorage({
    setItem: async (key, value) => void storage.set(key, value),
    getItem: async (key) => storage.get(key) ?? null,
    removeItem: async (key) => void storage.delete(key),
    clear: async () => storage.clear(),
  });
});
afterEach(async () => {
  await signOut();
  vi.useRealTimers();
});
afterAll(() => world.stop());

function use({ UserPoolId, ClientId }: Pool): void {
  const Cognito = {
    userPoolId: UserPoolId,
    userPoolClientId: ClientId,
    userPoolEndpoint: world.cognito.endpoint,
  };
  Amplify.configure({ Auth: { Cognito } });
}

/** Amplify's arithmetic for SRP takes most of a second: only what is about SRP has it. */
const signInByPassword = (username: string, password = permanent) =>
  signIn({ username, password, options: { authFlowType: "USER_PASSWORD_AUTH" } });

const step = ({ nextStep }: { readonly nextStep: { readonly signInStep: string } }) =>
  nextStep.signInStep;

const kept = (name: string): string =>
  [...storage].find(([key]) => key.endsWith(`.${name}`))?.[1] ?? "";

const later = (ms: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });

const nextCode = (secret: string): string => {
  later(60_000);
  return totp(secret, Date.now());
};

describe("aws-amplify", () => {
  it("signs a new user in with the temporary password, and refreshes the tokens", async () => {
    const username = await pool.user("temporary");
    expect(step(await signIn({ username, password: temporary }))).toBe(
      "CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED",
    );
    expect(step(await confirmSignIn({ challengeResponse: permanent }))).toBe("DONE");
    const { tokens } = await fetchAuthSession();
    expect(tokens?.idToken?.payload.email).toBe(username.toLowerCase());
    const refreshed = await fetchAuthSession({ forceRefresh: true });
    expect(refreshed.tokens?.accessToken.payload.jti).not.toBe(tokens?.accessToken.payload.jti);
    expect(await fetchUserAttributes()).toMatchObject({ email: username.toLowerCase() });
  });

  it("refuses a wrong password", async () => {
    const username = await pool.user();
    await expect(signIn({ username, password: "Wrong-Pass-1" })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Incorrect username or password.",
    });
  });

  it("changes the password", async () => {
    const username = await pool.user();
    await signInByPassword(username);
    const newPassword = "Another-Pass-1";
    await expect(
      updatePassword({ oldPassword: "Wrong-Pass-1", newPassword }),
    ).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await updatePassword({ oldPassword: permanent, newPassword });
    await signOut();
    await expect(signInByPassword(username)).rejects.toThrow("Incorrect");
    expect(step(await signInByPassword(username, newPassword))).toBe("DONE");
  });

  it("sends a code to whoever forgot the password", async () => {
    const username = await pool.user();
    const { nextStep } = await resetPassword({ username });
    expect(nextStep).toMatchObject({
      resetPasswordStep: "CONFIRM_RESET_PASSWORD_WITH_CODE",
      codeDeliveryDetails: { destination: "u***@e***", deliveryMedium: "EMAIL" },
    });
    const [{ to, text } = { to: "", text: "" }] = world.sent;
    expect(to).toBe(username.toLowerCase());
    const confirmationCode = /\d{6}/.exec(text)?.[0] ?? "";
    const newPassword = "Another-Pass-1";
    const wrong = confirmationCode === "000000" ? "000001" : "000000";
    await expect(
      confirmResetPassword({ username, newPassword, confirmationCode: wrong }),
    ).rejects.toMatchObject({ name: "CodeMismatchException" });
    await confirmResetPassword({ username, newPassword, confirmationCode });
    expect(step(await signInByPassword(username, newPassword))).toBe("DONE");
    await expect(
      confirmResetPassword({ username, newPassword, confirmationCode }),
    ).rejects.toMatchObject({ name: "ExpiredCodeException" });
  });

  it("revokes the tokens of the one sign-in when it signs out", async () => {
    const username = await pool.user();
    const other = (await pool.signIn(username, permanent)).AuthenticationResult;
    await signInByPassword(username);
    const [AccessToken, RefreshToken] = [kept("accessToken"), kept("refreshToken")];
    const refresh = (REFRESH_TOKEN = "") =>
      world.anybody.send(
        new InitiateAuthCommand({
          ClientId: pool.ClientId,
          AuthFlow: "REFRESH_TOKEN_AUTH",
          AuthParameters: { REFRESH_TOKEN },
        }),
      );
    await expect(refresh(RefreshToken)).resolves.toBeDefined();
    await signOut();
    await expect(refresh(RefreshToken)).rejects.toThrow("Refresh Token has been revoked");
    await expect(world.anybody.send(new GetUserCommand({ AccessToken }))).rejects.toThrow(
      "Access Token has been revoked",
    );
    // Whoever verifies the signature alone, like AppSync, takes the token until it ends.
    await expect(pool.verify(AccessToken)).resolves.toBeDefined();
    await expect(refresh(other?.RefreshToken)).resolves.toBeDefined();
  });

  it("revokes all tokens of the user when it signs out everywhere", async () => {
    const username = await pool.user();
    const other = (await pool.signIn(username, permanent)).AuthenticationResult;
    await signInByPassword(username);
    await signOut({ global: true });
    await expect(
      world.anybody.send(new GetUserCommand({ AccessToken: other?.AccessToken ?? "" })),
    ).rejects.toThrow("Access Token has been revoked");
    expect(step(await signInByPassword(username))).toBe("DONE");
  });

  it("verifies a new address before it counts, where the pool says so", async () => {
    const careful = await world.pool({
      PoolName: "careful",
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
    });
    use(careful);
    const username = await careful.user();
    await signInByPassword(username);
    const value = "New@example.com";
    const { nextStep } = await updateUserAttribute({
      userAttribute: { attributeKey: "email", value },
    });
    expect(nextStep.updateAttributeStep).toBe("CONFIRM_ATTRIBUTE_WITH_CODE");
    expect(await fetchUserAttributes()).toMatchObject({ email: username.toLowerCase() });
    const confirmationCode = /\d{6}/.exec(world.sent[0]?.text ?? "")?.[0] ?? "";
    await confirmUserAttribute({ userAttributeKey: "email", confirmationCode });
    expect(await fetchUserAttributes()).toMatchObject({ email: value, email_verified: "true" });
    use(pool);
  });

  it("signs users up where the pool lets them", async () => {
    const open = await world.pool({ PoolName: "open", AdminCreateUserConfig: {} });
    const username = "ada@example.com";
    await expect(signUp({ username, password: permanent })).rejects.toThrow(
      "SignUp is not permitted for this user pool",
    );
    use(open);
    const userAttributes = { email_verified: "true" };
    await expect(
      signUp({ username, password: permanent, options: { userAttributes } }),
    ).rejects.toThrow("A client attempted to write unauthorized attribute");
    await signUp({ username, password: permanent });
    expect(step(await signInByPassword(username))).toBe("CONFIRM_SIGN_UP");
    const confirmationCode = /\d{6}/.exec(world.sent[0]?.text ?? "")?.[0] ?? "";
    await confirmSignUp({ username, confirmationCode });
    expect(step(await signInByPassword(username))).toBe("DONE");
    use(pool);
  });
});

describe("aws-amplify with authenticators", () => {
  it("sets one up at the first sign-in where the pool requires it, and asks for it at the next", async () => {
    const guarded = await world.pool({ PoolName: "guarded" });
    await guarded.requireMfa("ON");
    use(guarded);
    const username = await guarded.user();
    const { nextStep } = await signInByPassword(username);
    if (nextStep.signInStep !== "CONTINUE_SIGN_IN_WITH_TOTP_SETUP") {
      throw new Error(nextStep.signInStep);
    }
    const secret = nextStep.totpSetupDetails.sharedSecret;
    const code = totp(secret, Date.now());
    expect(step(await confirmSignIn({ challengeResponse: code }))).toBe("DONE");
    await signOut();

    const asked = await signInByPassword(username);
    expect(step(asked)).toBe("CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    await expect(confirmSignIn({ challengeResponse: "123" })).rejects.toMatchObject({
      name: "CodeMismatchException",
      message: "Invalid code received for user",
    });
    await expect(confirmSignIn({ challengeResponse: code })).rejects.toMatchObject({
      name: "ExpiredCodeException",
      message: "Your software token has already been used once.",
    });
    const next = nextCode(secret);
    expect(step(await confirmSignIn({ challengeResponse: next }))).toBe("DONE");
    use(pool);
  });

  it("lets users choose it where the pool does", async () => {
    const choosing = await world.pool({ PoolName: "choosing" });
    await choosing.requireMfa("OPTIONAL");
    use(choosing);
    const username = await choosing.user();
    expect(step(await signInByPassword(username))).toBe("DONE");
    await expect(updateMFAPreference({ totp: "PREFERRED" })).rejects.toMatchObject({
      message: "User has not verified software token mfa",
    });
    const { sharedSecret } = await setUpTOTP();
    await expect(verifyTOTPSetup({ code: "1" })).rejects.toMatchObject({
      name: "EnableSoftwareTokenMFAException",
    });
    await verifyTOTPSetup({ code: totp(sharedSecret, Date.now()) });
    await updateMFAPreference({ totp: "PREFERRED" });
    expect(await fetchMFAPreference()).toEqual({ enabled: ["TOTP"], preferred: "TOTP" });
    await signOut();
    const asked = await signInByPassword(username);
    expect(step(asked)).toBe("CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    const code = nextCode(sharedSecret);
    expect(step(await confirmSignIn({ challengeResponse: code }))).toBe("DONE");
    use(pool);
  });

  it("is told where the pool has none", async () => {
    await signInByPassword(await pool.user());
    await expect(setUpTOTP()).rejects.toMatchObject({
      name: "SoftwareTokenMFANotFoundException",
    });
  });
});
