import { expect, it } from "vitest";
import { settingsFrom } from "../../lambda/adapters/settings";

const complete = {
  eventTable: "events",
  readModel: "accounts",
  rebuildQueueUrl: "https://sqs/rebuilds.fifo",
  graphqlUrl: "https://api/graphql",
};

it("the function's settings are taken as the program gives them", () => {
  expect(settingsFrom(complete)).toEqual(complete);
});

it.each(Object.keys(complete))("a function without its %s does not start, and says so", (name) => {
  expect(() => settingsFrom({ ...complete, [name]: undefined })).toThrow(
    `The function's settings are incomplete: ${name}: expected string, found nothing`,
  );
});
