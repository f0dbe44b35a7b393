import { randomUUID } from "node:crypto";
import { type Meters, unmetered } from "../cloudwatch/metrics";

/** Sources: "Event source mapping metrics" and "Invocation metrics" in the Lambda Developer Guide. */
type EventCount =
  | "PolledEventCount"
  | "FilteredOutEventCount"
  | "InvokedEventCount"
  | "FailedInvokeEventCount"
  | "DroppedEventCount"
  | "OnFailureDestinationDeliveredEventCount"
  | "DeletedEventCount";

/** What a mapping measures of itself, where it is asked to, and of its function. */
export class MappingMeters {
  readonly uuid = randomUUID();
  readonly #functionName: string;
  readonly #countsEvents: boolean;
  readonly #meters: Meters;
  #isReading = false;
  readonly #endSampling: () => void;

  constructor(functionName: string, countsEvents: boolean, meters = unmetered) {
    this.#functionName = functionName;
    this.#countsEvents = countsEvents;
    this.#meters = meters;
    // AWS counts 0 for each empty poll: here once a minute, in which no poll has failed last.
    this.#endSampling = meters.sample(() => {
      if (this.#isReading) {
        this.count("PolledEventCount", 0);
      }
    });
  }

  now(): number {
    return this.#meters.now();
  }

  polled(events: number): void {
    this.#isReading = true;
    if (events > 0) {
      this.count("PolledEventCount", events);
    }
  }

  pollFailed(): void {
    this.#isReading = false;
  }

  count(name: EventCount, events: number): void {
    if (this.#countsEvents) {
      this.#measure(name, { EventSourceMappingUUID: this.uuid }, events);
    }
  }

  measureFunction(
    name: "IteratorAge" | "DestinationDeliveryFailures",
    value: number,
    unit?: string,
  ): void {
    this.#measure(name, { FunctionName: this.#functionName }, value, unit);
  }

  /** A mapping that is disabled or deleted measures nothing. */
  stop(): void {
    this.#endSampling();
  }

  #measure(name: string, dimensions: Record<string, string>, value: number, unit?: string): void {
    this.#meters.measure({ namespace: "AWS/Lambda", name, dimensions }, value, unit);
  }
}
