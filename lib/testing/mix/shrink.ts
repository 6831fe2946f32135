/** What a sequence led to, and the sequence. */
export interface Found<Step, Finding> {
  readonly steps: readonly Step[];
  readonly finding: Finding;
}

/** How often a sequence is played at the most while a smaller one is looked for. */
const ATTEMPTS = 300;

/**
 * Leaves out what a finding does not need: first halves of the sequence, at last single steps, as long
 * as one can be left out.
 *
 * @param play Gives the same finding, or nothing.
 */
export async function shrink<Step, Finding>(
  found: Found<Step, Finding>,
  play: (steps: readonly Step[]) => Promise<Finding | undefined>,
): Promise<Found<Step, Finding>> {
  let smallest = found;
  let attempts = 0;
  let size = half(found.steps.length);
  for (;;) {
    const before = smallest.steps.length;
    for (let at = 0; at < smallest.steps.length && attempts < ATTEMPTS; attempts += 1) {
      const { steps } = smallest;
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      const finding = fewer.length === 0 ? undefined : await play(fewer);
      if (finding === undefined) at += size;
      else smallest = { steps: fewer, finding };
    }
    if (size === 1 && smallest.steps.length === before) return smallest;
    size = half(size);
  }
}

const half = (size: number): number => Math.ceil(size / 2);
