import * as O from "fp-ts/Option";
import { describe, expect, it } from "vitest";
import type { StreamVersion } from "../../../core/projection/identifiers";
import {
  eventsDiffer,
  finding,
  isUnsettled,
  settle,
  standsStill,
  type Verification,
} from "../../../core/verification/verification";
import { savings } from "../ledger/requests";

describe("settle", () => {
  const first: Verification = {
    streamId: savings,
    version: 3 as StreamVersion,
    behind: 2,
    suspension: O.none,
    ahead: O.some(5),
    leftovers: 0,
    findings: [],
    omitted: 0,
  };

  it("clears a projector that was at work", () => {
    const second = { ...first, version: 5 as StreamVersion, behind: 4, ahead: O.some(9) };

    expect(settle(first, second)).toMatchObject({ behind: 0, findings: [] });
  });

  it("reports one that has not caught up with the first look", () => {
    const second = { ...first, version: 4 as StreamVersion, behind: 1, ahead: O.none };

    expect(settle(first, second)).toMatchObject({ behind: 1, findings: [] });
  });

  it("reports entries beyond a summary that does not move", () => {
    expect(settle(first, first).findings).toMatchObject([{ about: "SUMMARY" }]);
  });

  it("finds nothing that the first look alone has seen, or the second alone", () => {
    const found = (version: number) => [finding("EVENT", version, "is not the one")];
    const at = (version: number): Verification => ({
      ...first,
      ahead: O.none,
      findings: found(version),
    });

    expect(settle(at(5), at(6)).findings).toEqual([]);
    expect(settle(at(5), at(5)).findings).toEqual(found(5));
  });

  it("finds an altered balance although the projector has moved it on in between", () => {
    const at = (version: number, balance: number): Verification => ({
      ...first,
      version: version as StreamVersion,
      ahead: O.none,
      findings: [
        finding("SUMMARY", version, "the summary differs", [
          `balance: stored "${balance}", expected "${balance - 1}"`,
        ]),
      ],
    });

    expect(settle(at(5, 100), at(6, 150)).findings).toEqual(at(6, 150).findings);
  });

  it("does not take two suspensions of a stream, one after the other, for a wrong list", () => {
    const listed = (since: string): Verification => ({
      ...first,
      ahead: O.none,
      findings: [
        finding("SUSPENSION", undefined, "listed as suspended, but is not", [
          `since: stored "${since}", expected nothing`,
        ]),
      ],
    });

    expect(settle(listed("10:00"), listed("10:01")).findings).toEqual([]);
    expect(settle(listed("10:00"), listed("10:00")).findings).toHaveLength(1);
  });

  it("does not accuse a projector between its two writes, which the second look alone has met", () => {
    expect(settle({ ...first, ahead: O.none }, first).findings).toEqual([]);
  });

  it("does not accuse a projector that writes one entry after the other", () => {
    expect(settle({ ...first, ahead: O.some(4) }, first).findings).toEqual([]);
  });

  it("does not accuse a projector that has moved the summary towards its entries", () => {
    const second = { ...first, version: 4 as StreamVersion };

    expect(settle(first, second).findings).toEqual([]);
  });

  it("does not take one fault of a summary for another", () => {
    const faulty = (detail: string): Verification => ({
      ...first,
      ahead: O.none,
      findings: [finding("SUMMARY", undefined, detail)],
    });

    expect(settle(faulty("it differs"), faulty("it cannot be read")).findings).toEqual([]);
  });

  it("leaves out no more findings than both looks did, and none where nothing is found", () => {
    const omitting = (omitted: number, version = 5): Verification => ({
      ...first,
      ahead: O.none,
      findings: [finding("ENTRY", version, "the entry differs")],
      omitted,
    });

    expect(settle(omitting(7), omitting(4)).omitted).toBe(4);
    expect(settle(omitting(4), omitting(7)).omitted).toBe(4);
    expect(settle(omitting(7), omitting(4, 6)).omitted).toBe(0);
  });
});

const nothingFound: Verification = {
  ...{ streamId: savings, version: 3 as StreamVersion, behind: 0, suspension: O.none },
  ...{ ahead: O.none, leftovers: 0, findings: [], omitted: 0 },
};

describe("a verification", () => {
  it.each([
    ["has findings", { findings: [finding("ENTRY", 2, "the entry differs")] }],
    ["is behind", { behind: 1 }],
    ["has entries ahead", { ahead: O.some(4) }],
  ])("is looked at again where it %s, and not otherwise", (_, seen) => {
    expect(isUnsettled({ ...nothingFound, ...seen })).toBe(true);
    expect(isUnsettled(nothingFound)).toBe(false);
  });

  it("tells of other events where any of its findings is about one, and not for its rows", () => {
    const [row, event] = [finding("ENTRY", 2, "differs"), finding("EVENT", 3, "is missing")];

    expect(eventsDiffer({ ...nothingFound, findings: [row, event] })).toBe(true);
    expect(eventsDiffer({ ...nothingFound, findings: [row] })).toBe(false);
  });

  it("stands still where the summary has not moved, although there was something to fold", () => {
    const stands = (seen: Partial<Verification>): boolean =>
      standsStill(nothingFound, { ...nothingFound, ...seen });
    const moved = 4 as StreamVersion;

    expect(stands({ behind: 2 })).toBe(true);
    expect(stands({ ahead: O.some(4) })).toBe(true);
    expect(stands({})).toBe(false);
    expect(stands({ version: moved, behind: 2 })).toBe(false);
    expect(stands({ version: moved, ahead: O.some(5) })).toBe(false);
  });
});
