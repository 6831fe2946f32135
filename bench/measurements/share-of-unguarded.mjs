import { UNGUARDED, verifies } from '../contenders/index.mjs';
import { ServerProcess } from '../server/server-process.mjs';
import { assertAdmission } from './admission.mjs';
import { LoadGenerator } from './load-generator.mjs';
import { medianOf } from './median.mjs';
import { Supply } from './workloads.mjs';

/** How long one application is driven before the other's turn: too short for the machine to change. */
const SLICE_MS = 60;

/**
 * What share of the unguarded route's requests a contender serves in the same time of the processor.
 *
 * One after the other, two runs of the same application differ by more than what is to be measured.
 * So both run, warm, and one generator alternates between them; what counts is requests per second of
 * processor time that the server took (its helper threads included), not of the clock.
 */
export class ShareOfUnguarded {
  #unguarded;
  #settings;
  #issuer;
  #adapter;
  #workloads;

  /** @param workloads Per algorithm, what `createWorkloads` made. */
  static async on(adapter, { issuer, workloads, settings }) {
    const share = new ShareOfUnguarded();
    share.#settings = settings;
    share.#issuer = issuer;
    share.#adapter = adapter;
    share.#workloads = workloads;
    share.#unguarded = await share.#driven(UNGUARDED);
    return share;
  }

  /** @returns Per algorithm and workload `{ median, min, max }`, and the memory after all the load. */
  async of(contender) {
    const driven = await this.#driven(contender);
    try {
      const shares = [];
      for (const algorithm of this.#settings.algorithms) {
        if (!verifies(contender, algorithm)) continue;
        for (const workload of this.#settings.workloads) {
          const requests = this.#workloads[algorithm][workload];
          shares.push({
            algorithm,
            workload,
            ...(await this.#compare(driven, requests, workload)),
          });
        }
      }
      return { shares, memoryBytes: await driven.server.ask('memoryBytes') };
    } finally {
      await stop(driven);
    }
  }

  close() {
    return stop(this.#unguarded);
  }

  async #driven(contender) {
    const issuer = this.#issuer.description;
    const server = await ServerProcess.start({
      contender: contender.name,
      adapter: this.#adapter,
      issuer,
    });
    const algorithms = this.#settings.algorithms.filter((each) => verifies(contender, each));
    if (contender.name !== UNGUARDED.name) {
      await assertAdmission(contender, server.port, { issuer: this.#issuer, algorithms });
    }
    const generator = await LoadGenerator.connectedTo(server.port);
    const [algorithm] = algorithms;
    const { next } = new Supply(this.#workloads[algorithm]['one token']);
    await generator.run(next, this.#settings.firstWarmUpMs);
    return { server, generator };
  }

  async #compare(contender, requests, workload) {
    const { warmUpMs, rounds } = this.#settings;
    const supply = new Supply(requests);
    const sides = [
      { ...this.#unguarded, next: new Supply(requests).next },
      { ...contender, next: supply.next },
    ];
    await contender.generator.run(supply.next, warmUpMs);
    const ratios = [];
    for (let round = 0; round < rounds; round += 1) {
      const [unguarded, guarded] = await this.#round(sides);
      ratios.push(guarded / unguarded);
    }
    return { ...medianOf(ratios), isTainted: workload === 'never seen' && supply.wentRound };
  }

  /**
   * Both sides in the order A B B A, so that a machine that grows slower or faster favours neither.
   *
   * @returns The requests per microsecond of processor time, of either side.
   */
  async #round(sides) {
    const before = await Promise.all(sides.map(processorTime));
    const answered = [0, 0];
    for (const turn of [0, 1, 1, 0]) {
      answered[turn] += await sides[turn].generator.run(sides[turn].next, SLICE_MS);
    }
    const after = await Promise.all(sides.map(processorTime));
    return answered.map((count, side) => count / (after[side] - before[side]));
  }
}

const processorTime = ({ server }) => server.ask('cpuMicroseconds');

async function stop({ server, generator }) {
  generator.close();
  await server.stop();
}
