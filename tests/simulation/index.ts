/**
 * The simulation: the projection of any domain, with everything that can go wrong, checked against its promises.
 *
 * It takes the domain as a `Subject`: the domain, how every type of its requests is drawn, its rules a second time
 * (`oracle`), and what its streams conserve. tests/core/ledger/subject.ts is the ledger's. A second domain
 *
 * 1. exports its own from a module of its own folder:
 *
 *        // examples/inventory/tests/subject.ts
 *        import type { Subject } from "../../../tests/simulation";
 *        export const subject: Subject<StockEvent, Stock, StockMovement> = { domain, requests, oracle, conserved };
 *
 * 2. registers the laws and the simulation as tests:
 *
 *        // examples/inventory/tests/inventory.test.ts
 *        lawsOf(subject);         // from tests/laws
 *        simulationOf(subject);   // from tests/simulation/suite
 *
 * 3. runs as many seeds as it likes, or one with its trace:
 *
 *        npm run simulate -- --subject examples/inventory/tests/subject.ts --seeds 10000
 *        npm run simulate -- --subject examples/inventory/tests/subject.ts --seed 4711
 *
 * Nothing else in this folder knows a domain.
 */

export type { Variant } from "./functions";

import { wrongProjectors as projectors } from "./wrong-projectors";
import { wrongRebuilders } from "./wrong-rebuilders";

export type { Counts } from "./journal";
export { noFaults, type Plan, planFor } from "./plan";
export { firstCaught, runPlan, runSeeds, type Summary, shrinkPlan } from "./run";
export type { Outcome } from "./simulate";
export type {
  Asked,
  Conserved,
  Drawn,
  Requests,
  StoredEvent,
  Subject,
  Truth,
} from "./subject";
export type { WrongProjector } from "./wrong-projectors";

/** All of them, each with its one mistake. */
export const wrongProjectors = [...projectors, ...wrongRebuilders];
