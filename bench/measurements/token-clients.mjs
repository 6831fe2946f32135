import { ServerProcess } from '../server/server-process.mjs';
import { createTokenClient, TOKEN_CLIENTS } from '../token-clients/index.mjs';
import { LIFETIME_SECONDS, TokenEndpoint } from '../token-clients/token-endpoint.mjs';
import { medianOf } from './median.mjs';

const MAIN = new URL('../token-clients/main.mjs', import.meta.url);

const CALLERS = 500;

/** Past the end of any token. */
const EXPIRED_SECONDS = LIFETIME_SECONDS + 1;

const EVERY_MS = 20;

/** How long the last callers of an outage may wait yet, in milliseconds. */
const PATIENCE_MS = 5000;

/**
 * How the clients treat a token endpoint, and their callers while that is down.
 *
 * @param outageMs How long an outage is watched.
 * @returns Of each client, what became of its callers in each scene, with the `requests` of the scene.
 */
export async function observeTokenClients({ outageMs }) {
  const scenes = [];
  for (const client of TOKEN_CLIENTS) scenes.push(await Scene.of(client));
  try {
    // One after the other, as what counts here is time.
    for (const scene of scenes) await scene.bursts();
    // These wait for the clock, and hardly work.
    await Promise.all(scenes.map((scene) => scene.outages(outageMs)));
    return scenes.map(({ client, seen }) => ({ client, seen }));
  } finally {
    for (const scene of scenes) await scene.end();
  }
}

/** A client in a process of its own, with an endpoint of its own. */
class Scene {
  #endpoint;
  #process;

  client;

  /** What became of the callers, by scene. */
  seen = {};

  static async of(client) {
    const scene = new Scene();
    scene.client = client;
    scene.#endpoint = await TokenEndpoint.start();
    const endpoint = scene.#endpoint.description;
    scene.#process = await ServerProcess.start({ client: client.name, endpoint }, MAIN);
    return scene;
  }

  async bursts() {
    await this.#watch('cold', () => this.#process.ask('burst', CALLERS));
    await this.#process.ask('setAhead', EXPIRED_SECONDS);
    await this.#watch('expiry', () => this.#process.ask('burst', CALLERS));
  }

  async outages(outageMs) {
    this.#endpoint.behaviour = 'resets';
    await this.#process.ask('setAhead', LIFETIME_SECONDS / 2);
    await this.#stream('valid, resets', outageMs / 2);
    await this.#process.ask('setAhead', LIFETIME_SECONDS * 0.35);
    await this.#stream('nearly expired, resets', outageMs);
    for (const behaviour of ['resets', 'fails', 'hangs']) {
      await this.#process.ask('setAhead', EXPIRED_SECONDS);
      this.#endpoint.behaviour = behaviour;
      await this.#stream(`expired, ${behaviour}`, outageMs);
      await this.#recover(`after it ${behaviour}`);
    }
  }

  async end() {
    await this.#process.stop();
    await this.#endpoint.stop();
  }

  #stream(name, milliseconds) {
    const how = { milliseconds, everyMs: EVERY_MS, patienceMs: PATIENCE_MS };
    return this.#watch(name, () => this.#process.ask('stream', how));
  }

  async #recover(name) {
    // What it never answered stays without an answer, as when a network loses it.
    this.#endpoint.behaviour = 'grants';
    const how = { everyMs: EVERY_MS, patienceMs: 2 * PATIENCE_MS };
    await this.#watch(name, async () => ({
      servedMs: await this.#process.ask('untilServed', how),
    }));
  }

  async #watch(name, act) {
    const before = this.#endpoint.requests;
    const outcome = await act();
    this.seen[name] = { ...outcome, requests: this.#endpoint.requests - before };
  }
}

const CALLS = 20_000;

/**
 * What it costs to be given a token that is held, each by turns.
 *
 * @returns Of each client, nanoseconds of a call and how many times as much as a variable `{ median, min, max }`.
 */
export async function measureWarmTokens({ rounds }) {
  const endpoint = await TokenEndpoint.start();
  const variable = { name: 'variable', title: 'a variable' };
  const sides = [];
  for (const each of [variable, ...TOKEN_CLIENTS]) {
    const token = await createTokenClient(each.name, endpoint.description);
    await token();
    sides.push({ ...each, token, times: [] });
  }
  for (let round = -3; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const nanoseconds = await timeOf(side.token);
      if (round >= 0) side.times.push(nanoseconds);
    }
  }
  await endpoint.stop();
  const [bare] = sides;
  return sides.map(({ title, times }) => ({
    title,
    nanoseconds: medianOf(times),
    ratio: medianOf(times.map((time, round) => time / bare.times[round])),
  }));
}

async function timeOf(token) {
  const start = process.hrtime.bigint();
  for (let index = 0; index < CALLS; index += 1) await token();
  return Number(process.hrtime.bigint() - start) / CALLS;
}
