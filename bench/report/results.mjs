import { availableParallelism } from 'node:os';
import { readFile, writeFile } from 'node:fs/promises';
import { isQuick } from '../settings.mjs';

const FILE = new URL('../RESULTS.md', import.meta.url);

const HEAD = `# What authentication costs

Written by \`npm run bench\`${isQuick ? ' with `BENCH_QUICK=1`, so the figures are rough' : ''}: Node ${process.versions.node}, ${availableParallelism()} processors, Nest 12, every contender of a table in one run.

How to read it: **a share** is how many requests a contender's route serves in the time of the processor in which the same route without any guard serves one, helper threads included. Two processes run, warm, and one generator alternates between them every 60 ms, A B B A; the figure is the median of the rounds, with the lowest and the highest behind it. *Unguarded Nest, once more* is the control: how far it is from 1.00 is how far any figure may be off. Every contender was first seen to refuse a missing, forged, expired or foreign token and a missing role, and to accept a good one. A † marks a run in which the never-seen tokens ran out, so that some were seen twice; the unguarded route does not care.
`;

/** Prints the results as they come, and writes them down in the end. */
export class Results {
  #sections = new Map();

  add(title, ...blocks) {
    const section = [`## ${title}`, ...blocks].join('\n\n') + '\n';
    this.#sections.set(title, section);
    console.log(section);
  }

  /** Writes all of them, and nothing else. */
  write() {
    return writeFile(FILE, [HEAD, ...this.#sections.values()].join('\n'));
  }

  /** Puts these in the place of those that are written already, or after them. */
  async update() {
    const [head, ...written] = (await readFile(FILE, 'utf8')).split(/^(?=## )/m);
    const sections = new Map(written.map((section) => [titleOf(section), `${section.trim()}\n`]));
    for (const [title, section] of this.#sections) sections.set(title, section);
    await writeFile(FILE, [`${head.trim()}\n`, ...sections.values()].join('\n'));
  }
}

const titleOf = (section) => section.slice('## '.length, section.indexOf('\n'));
