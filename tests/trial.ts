/** Chooses the amount of work: `npm test` does a bounded one, `npm run test:trials` more of the same. */
export function trial<A>(bounded: A, long: A): A {
  return process.env.TRIALS === "true" ? long : bounded;
}
