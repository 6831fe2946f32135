import type { ReportedRoute } from './reported-route.js';

/** A column: what stands above it, and what in it. */
type Column = readonly [title: string, cell: (route: ReportedRoute) => string];

const COLUMNS: readonly Column[] = [
  ['METHOD', ({ method, transport }) => method ?? transport],
  ['PATH', ({ path }) => path],
  ['VERSION', ({ version }) => version ?? ''],
  ['HANDLER', ({ controller, handler }) => `${controller}.${handler}`],
  ['POLICY', ({ policy }) => policy],
  ['DECLARED ON', ({ declaredOn }) => [...new Set(declaredOn)].join(', ')],
  ['WARNINGS', ({ warnings }) => warnings.map(({ code }) => code).join(', ')],
];

/** Sets routes as a table, one line each; a column that would be empty is left out. */
export function toTable(routes: readonly ReportedRoute[]): string {
  const columns = COLUMNS.map(([title, cell]) => [title, ...routes.map(cell).map(onOneLine)]);
  const shown = columns.filter((cells) => cells.slice(1).some((cell) => cell !== ''));
  const padded = shown.map((cells) => {
    const width = Math.max(...cells.map(({ length }) => length));
    return cells.map((cell) => cell.padEnd(width));
  });
  const lines = [undefined, ...routes].map((_, row) => padded.map((cells) => cells[row]));
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n');
}

function onOneLine(cell: string): string {
  return cell.replace(/\s+/g, ' ');
}
