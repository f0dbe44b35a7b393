import * as O from "fp-ts/Option";
import * as t from "io-ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandsOf, readArguments } from "../../cli/arguments";
import type { Values } from "../../cli/command";
import type { OpenTables } from "../../cli/tables";
import { columns, writtenFrom } from "../../core/projection/columns";
import { type Domain, declined, posted } from "../../core/projection/domain";
import { decodeEvents, type EventOf } from "../../core/projection/upcasting";
import { contextFor, project, putEvents, seed, startWorld, type World } from "./world";

// The command line works for any domain. This one counts how many of an article have been received.

const events = { Received: { data: t.type({ quantity: t.number }), upcasters: [] } };

interface Article {
  readonly stock: number;
}

const articles: Domain<EventOf<typeof events>, Article, number> = {
  name: "article",
  projectionVersion: 1,
  decode: decodeEvents(events),
  decide:
    ({ data: { quantity } }) =>
    () =>
      quantity > 0 ? posted(quantity) : declined("NOTHING_RECEIVED"),
  evolve: (quantity) => (article) =>
    O.some({ stock: quantity + O.getOrElse(() => ({ stock: 0 }))(article).stock }),
  state: columns({ stock: t.number }),
  entry: writtenFrom(({ request }: { request: EventOf<typeof events> }) => request.data)(
    columns({ quantity: t.number }),
  ),
};

const received = (streamId: string, ...quantities: readonly number[]) =>
  quantities.map((quantity, index) => ({
    streamId,
    version: index + 1,
    type: "Received",
    schemaVersion: 1,
    commandId: `command-${index + 1}`,
    owner: "alice",
    actor: "alice",
    recordedAt: "2026-01-01T00:00:00Z",
    data: { quantity },
  }));

const commands = commandsOf(articles);

let world: World;
let tables: OpenTables<Article>;

beforeAll(async () => {
  world = await startWorld();
  tables = world.open(articles);
  await seed(tables, [...received("bolts", 5, 0), ...received("nuts", 7)]);
});
afterAll(() => world.stop());

async function run(name: string, values: Values, json = false): Promise<string> {
  const context = contextFor(tables, json);
  await commands[name]?.run(context, values);
  return context.written();
}

describe("the command line of a domain of articles", () => {
  it("takes an article's id by the option --article", () => {
    const read = (...args: string[]) => readArguments(articles, "npx stock", args);

    expect(() => read("resume", "--local")).toThrow("--article ID is missing: which article?");
    expect(read("resume", "--local", "--article", "bolts")).toMatchObject({
      values: { article: "bolts" },
    });
    expect(read("rebuild", "-h")).toMatchObject({
      help: expect.stringMatching(
        /^npx stock rebuild --article ID .*\n {2}--article ID +this article/s,
      ),
    });
  });

  it.each([["--help"], ...Object.keys(commands).map((name) => [name, "-h"])])(
    "prints help in the domain's words: %s",
    (...args) => {
      const help = JSON.stringify(readArguments(articles, "npx stock", args));

      expect(help).toContain("article");
      expect(help).not.toMatch(/account|ledger|\ba article/);
    },
  );

  it("counts articles when it verifies and rebuilds", async () => {
    expect(await run("verify", {})).toBe(
      "3 events of 2 articles verified: 0 differing, 0 behind, 0 suspended.\n",
    );
    expect(JSON.parse(await run("verify", {}, true))).toMatchObject({ articles: 2 });
    expect(await run("rebuild", { article: "nuts" })).toContain("1 article rebuilt");
  });

  it("exports the columns of the domain's entries", async () => {
    const [names, , declinedLine] = (await run("export", { article: "bolts" })).split("\r\n");

    expect(names).toMatch(/,data,outcome,reason,quantity,hash$/);
    expect(declinedLine).toContain(",DECLINED,NOTHING_RECEIVED,0,");
    expect(JSON.parse(await run("export", { article: "bolts" }, true)).article).toMatchObject({
      articleId: "bolts",
      stock: 5,
    });
  });

  it("lists and resumes suspended articles by articleId", async () => {
    const mended = received("nails", 1, 2, 3);
    await putEvents(tables, mended);
    await putEvents(tables, [{ ...mended[1], data: {} }]);
    await project(tables, "nails");
    const listed = JSON.parse(await run("suspended", {}, true));
    await putEvents(tables, mended);

    expect(listed).toMatchObject([{ articleId: "nails", version: 2 }]);
    expect(JSON.parse(await run("resume", { article: "nails" }, true))).toEqual({
      articleId: "nails",
      version: 3,
      wasSuspended: true,
      leftToRebuilder: false,
      suspension: null,
    });
    expect(await run("suspended", {})).toBe("No article is suspended.\n");
  });
});
