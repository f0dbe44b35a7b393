import { simulationOf } from "../../../tests/simulation/suite";
import { trial } from "../../../tests/trial";
import { subject } from "./subject";

// That the simulation finds mistakes of the machinery is shown with the ledger, and so is a long history.
simulationOf(
  subject,
  trial({ seeds: 20, neverMet: ["trimmed", "histories"] }, { seeds: 60, neverMet: [] }),
);
