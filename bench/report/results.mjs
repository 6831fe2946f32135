import { availableParallelism } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { isQuick } from '../settings.mjs';

const FILE = new URL('../RESULTS.md', import.meta.url);

const HEAD = `# What authentication costs

Written by \`npm run bench\`${isQuick ? ' with `BENCH_QUICK=1`, so the figures are rough' : ''}: Node ${process.versions.node}, ${availableParallelism()} processors, Nest 12, every contender in one run.

How to read it: **a share** is how many requests a contender's route serves in the time of the processor in which the same route without any guard serves one, helper threads included. Two processes run, warm, and one generator alternates between them every 60 ms, A B B A; the figure is the median of the rounds, with the lowest and the highest behind it. *Unguarded Nest, once more* is the control: how far it is from 1.00 is how far any figure may be off. Every contender was first seen to refuse a missing, forged, expired or foreign token and a missing role, and to accept a good one. A † marks a run in which the never-seen tokens ran out, so that some were seen twice; the unguarded route does not care.
`;

/** Prints the results as they come, and writes them down in the end. */
export class Results {
  #sections = [HEAD];

  add(title, ...blocks) {
    const section = [`## ${title}`, ...blocks].join('\n\n') + '\n';
    this.#sections.push(section);
    console.log(section);
  }

  write() {
    return writeFile(FILE, this.#sections.join('\n'));
  }
}
