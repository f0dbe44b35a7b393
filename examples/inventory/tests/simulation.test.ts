import { simulationOf } from "../../../tests/simulation/suite";
import { subject } from "./subject";

// That the simulation finds mistakes of the machinery is shown with the ledger.
simulationOf(subject);
