import { describe, expect, it } from "vitest";
import { Changes } from "../../src/appsync/changes";

describe("changes of an API", () => {
  it("are refused where they meet another, which is named, and pass one after the other", async () => {
    const changes = new Changes();
    const made: string[] = [];
    const make = (name: string) => changes.make(name, () => made.push(name));
    const first = make("function a");
    await expect(make("data source b")).rejects.toThrow(
      /^data source b: ConcurrentModificationException: .* function a is being made at the same time/,
    );
    await first;
    await make("data source b");
    expect(made).toEqual(["function a", "data source b"]);
  });

  it("wait for their turn where the provider tries again, but others do not wait for them", async () => {
    const changes = new Changes();
    const made: string[] = [];
    const resolver = (name: string) => changes.makeInTurn(name, () => made.push(name));
    const all = [
      changes.make("function a", () => made.push("function a")),
      resolver("resolver b"),
      resolver("resolver c"),
    ];
    await all[0];
    while (made.length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(changes.make("function d", () => made.push("d"))).rejects.toThrow(
      "resolver b is being made at the same time",
    );
    await Promise.all(all);
    expect(made).toEqual(["function a", "resolver b", "resolver c"]);
  });

  it("that fail leave the way free", async () => {
    const changes = new Changes();
    const fail = () => {
      throw new Error("no");
    };
    await expect(changes.make("function a", fail)).rejects.toThrow("no");
    await expect(changes.makeInTurn("resolver b", fail)).rejects.toThrow("no");
    expect(await changes.makeInTurn("resolver c", () => 1)).toBe(1);
    expect(await changes.make("function d", () => 2)).toBe(2);
  });
});
