/** Creates users in a new pool in the folder that its argument names, until it is killed, and prints each one it has. */
import { startCognito } from "../../src/cognito/cognito";
import { Iam } from "../../src/iam/iam";

async function main(): Promise<void> {
  const region = "eu-central-1";
  const { pools, administer } = await startCognito({
    region,
    iam: new Iam({ region }),
    dataDirectory: process.argv[2] ?? "",
    deliver: () => {},
  });
  await administer("CreateUserPool", { PoolName: "users" });
  const UserPoolId = pools.all()[0]?.id;
  for (let number = 1; ; number += 1) {
    const Username = `user-${number}`;
    await administer("AdminCreateUser", { UserPoolId, Username, MessageAction: "SUPPRESS" });
    process.stdout.write(`${Username}\n`);
  }
}

void main();
