import fc from "fast-check";

// A mutant is caught by the first counterexample: nobody reads a smaller one, and few runs find it.
fc.configureGlobal({ numRuns: 25, endOnFailure: true });
