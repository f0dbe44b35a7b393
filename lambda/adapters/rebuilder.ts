import * as E from "fp-ts/Either";
import { pipe } from "fp-ts/function";
import * as t from "io-ts";
import { answerRequest } from "../../core/projection/answer-request";
import { decodeWith } from "../../core/projection/decoding";
import type { Domain } from "../../core/projection/domain";
import type { Envelope } from "../../core/projection/envelope";
import type { Change } from "../../core/projection/summary";
import { type BatchResponse, failuresOf } from "./batch-response";
import { compose, type Deadline } from "./composition";
import { requestFrom } from "./rebuild-queue";
import { flushTelemetry } from "./telemetry";

const Message = t.type({
  messageId: t.string,
  body: t.string,
  attributes: t.type({ ApproximateReceiveCount: t.string }),
});

const Messages = t.type({ Records: t.array(Message) });

/** What cannot be read comes again, until the queue moves it to that of its failures. */
const refuse = (faults: string): never => {
  throw new Error(`Not a message of the rebuild queue: ${faults}`);
};

/**
 * The function behind the rebuild queue: brings one stream after the other up to date, for as long as there is time. A
 * message that it names in its answer comes again after the queue's visibility timeout.
 */
export const rebuilderOf =
  <Request extends Envelope, State, Movement>(domain: Domain<Request, State, Movement>) =>
  (settings: unknown) => {
    const invoke = compose(domain, settings);
    return async (event: unknown, deadline: Deadline): Promise<BatchResponse> => {
      const { Records } = pipe(event, decodeWith(Messages), E.getOrElseW(refuse));
      const { environment, finishPublishing } = invoke(deadline);
      const { publisher } = environment;
      const publishingAtOnce = {
        ...environment,
        // Page by page, so that an invocation that dies has left no more than one page unpublished.
        publisher: {
          publish: (changes: ReadonlyArray<Change>) => async () => {
            await publisher.publish(changes)();
            await finishPublishing();
          },
        },
      };
      const again: string[] = [];
      for (const { messageId, body, attributes } of Records) {
        const request = pipe(requestFrom(body), E.getOrElseW(refuse));
        // Messages of a stream have an order: none is worked on before an earlier one is done with.
        const isWaiting = again.length > 0;
        const answer = isWaiting
          ? "AGAIN"
          : await answerRequest<State>({
              ...request,
              again: attributes.ApproximateReceiveCount !== "1",
            })(publishingAtOnce)();
        if (answer === "AGAIN") again.push(messageId);
      }
      flushTelemetry();
      return failuresOf(again);
    };
  };
