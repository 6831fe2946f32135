import { requestWith } from './load-generator.mjs';

const CYCLING = 1000;

/** Requests with tokens of one algorithm, ready to be sent. They are signed before anything is measured. */
export async function createWorkloads(issuer, algorithm, unseenTokens) {
  const requests = async (count) => {
    const tokens = Array.from({ length: count }, () => issuer.sign(algorithm));
    return (await Promise.all(tokens)).map(requestWith);
  };
  return {
    'one token': await requests(1),
    '1,000 tokens': await requests(CYCLING),
    'never seen': await requests(unseenTokens),
  };
}

/** Goes round in the requests of a workload. */
export class Supply {
  #requests;
  #used = 0;

  constructor(requests) {
    this.#requests = requests;
  }

  next = () => this.#requests[this.#used++ % this.#requests.length];

  /** Whether some request was given a second time: its token is then no longer one never seen. */
  get wentRound() {
    return this.#used > this.#requests.length;
  }
}
