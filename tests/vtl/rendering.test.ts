import fc from "fast-check";
import type { TemplateContext } from "local-aws";
import { describe, expect, it } from "vitest";
import { sendCommand } from "./commands";
import { callers, refusalOf, render } from "./templates";

// A template renders a request's JSON around a client's text, which must not break out of its string.

const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', "'", "\\", "\\\\", '\\"', "\n", "\r", "\t", "\0", "\u001f", "\u007f"),
      fc.constantFrom("$", "#", "##", "#*", "*#", "${", "}", "{{readModelTable}}", "</script>"),
      fc.constantFrom("$ctx", "$ctx.identity.sub", "$util.unauthorized()", "$!{x}", "#set($a = 1)"),
      fc.constantFrom("#if(true)", "#end", "#return", "#stop", "\u2028", "\u2029", "😀", "\ud800"),
      fc.constantFrom('", "owner": {"S": "mallory"}, "x": "', '"}}'),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));

/** Checks that the rendered JSON has the text, unchanged, in its place. */
function keeps(textIn: (text: string) => unknown, maxLength = 1_000): void {
  fc.assert(
    fc.property(nasty, (text) => {
      const sent = text.slice(0, maxLength);
      expect(textIn(sent)).toBe(sent);
    }),
  );
}

const appendedData = (outcome: ReturnType<typeof sendCommand>): Record<string, unknown> => {
  if (!("appended" in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.appended.data as Record<string, unknown>;
};

/** UTF-8, and with it the event table, has no unpaired surrogates. */
const isIllFormed = (text: string) => /\p{Cs}/u.test(text);

interface Request {
  readonly key: { readonly pk: { readonly S: string } };
  readonly query: { readonly expressionValues: { readonly ":owner": { readonly S: string } } };
  readonly nextToken: string;
  readonly payload: { readonly memo: string; readonly accountId: string };
}

const requestOf = (name: string, context: TemplateContext): Request => {
  const rendered = render(name, { identity: callers.operator, ...context });
  if (!("json" in rendered)) throw new Error(JSON.stringify(rendered));
  return rendered.json as Request;
};

describe("a client's text stays one JSON string", () => {
  const input = { accountId: "savings", commandId: "c-1" };

  it("as an operator's reason", () => {
    const deposit = { ...input, expectedVersion: 1, amount: "1" };
    const reasonOf = (reason: string) => {
      if (isIllFormed(reason) || reason === "") return reason;
      const outcome = sendCommand("deposit", { ...deposit, reason }, "operator");
      return "appended" in outcome ? outcome.appended.actorReason : outcome;
    };
    keeps(reasonOf, 200);
  });

  it("as a memo", () => {
    const deposit = { ...input, expectedVersion: 1, amount: "1" };
    const memoOf = (memo: string) =>
      isIllFormed(memo) ? memo : appendedData(sendCommand("deposit", { ...deposit, memo })).memo;
    keeps(memoOf, 140);
  });

  it("as a name", () => {
    const opening = { ...input, expectedVersion: 0, currency: "EUR" };
    // An empty name is no name.
    const nameOf = (name: string) =>
      name === "" || isIllFormed(name)
        ? name
        : appendedData(sendCommand("openAccount", { ...opening, name })).name;
    keeps(nameOf, 64);
  });

  it("as the id of an account to read, unless it is rejected", () => {
    keeps((accountId) => {
      const context = { identity: callers.operator, arguments: { accountId } };
      const rendered = render("shared/getSummary.request", context);
      return refusalOf(rendered) === undefined && "json" in rendered
        ? (rendered.json as Request).key.pk.S.replace(/^account:/, "")
        : accountId;
    });
  });

  it("as the id of an account to resume, unless it is rejected", () => {
    keeps((accountId) => {
      const rendered = render("shared/resumeStream.request", { arguments: { accountId } });
      return refusalOf(rendered) === undefined && "json" in rendered
        ? (rendered.json as Request).payload.accountId
        : accountId;
    });
  });

  it("as the owner to query", () => {
    keeps((text) => {
      const owner = `o${text}`;
      const context = { arguments: { owner }, stash: { limit: 20 } };
      const { query } = requestOf("shared/queryOwner.request", context);
      return query.expressionValues[":owner"].S.slice(1);
    }, 127);
  });

  it.each(["shared/queryOwner.request", "shared/queryEntries.request"])(
    "as the nextToken of %s",
    (name) => {
      const prev = {
        result: {
          pk: "account:savings",
          firstEntry: "entry:1.1:",
          lastEntry: "entry:1.1:0000000001",
        },
      };
      keeps((nextToken) => {
        const context = { arguments: { nextToken }, prev, stash: { limit: 20 } };
        return requestOf(name, context).nextToken;
      });
    },
  );

  it("as a field of a change to publish", () => {
    keeps((memo) => {
      const context = { arguments: { change: { memo } } };
      return requestOf("shared/publishChange.request", context).payload.memo;
    });
  });
});
