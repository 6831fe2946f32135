/** A table in Markdown. */
export function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export const ratio = ({ median, min, max }) =>
  `**${median.toFixed(2)}** (${min.toFixed(2)} to ${max.toFixed(2)})`;

export const microseconds = ({ median, min, max }) =>
  `**${median.toFixed(1)}** (${min.toFixed(1)} to ${max.toFixed(1)})`;

export const statuses = (counts) =>
  Object.entries(counts)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
