import { ADAPTERS } from '../contenders/index.mjs';
import { measureContextCost } from '../measurements/context-cost.mjs';
import { microseconds, table } from './table.mjs';

const TITLES = {
  without: '`@Public()`, `context: false`',
  control: '`@Public()`, `context: false`, once more (control)',
  with: '`@Public()`, `context: true`',
  bare: 'Nest without the module',
};

const ABOUT = `A route that nobody guards: its requests per second of the processor, as a share of those with \`context: false\`, over sockets; and what a request takes. Several processes of each, by turns. Node ${process.versions.node}.`;

/** What it costs to keep each request at hand. */
export async function addContextCost(results, issuer, settings) {
  const measured = {};
  for (const adapter of ADAPTERS) {
    measured[adapter] = await measureContextCost(adapter, issuer, settings);
  }
  results.add('The request at hand', ABOUT, contextTable(measured));
}

/** @param measured Per adapter, what `measureContextCost` found. */
function contextTable(measured) {
  const rows = Object.entries(measured).flatMap(([adapter, sides]) =>
    Object.entries(TITLES).map(([name, title]) => {
      const { share, microseconds: time } = sides[name];
      return [adapter, title, precisely(share), microseconds(time)];
    }),
  );
  return table(['adapter', 'route', 'throughput', 'processor, µs'], rows);
}

const precisely = ({ median, min, max }) =>
  `**${median.toFixed(3)}** (${min.toFixed(2)} to ${max.toFixed(2)})`;
