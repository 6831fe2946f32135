import fc from 'fast-check';
import { mixTenants, type TenantMix } from '../../lib/testing/index.js';

interface Note {
  readonly id: number;
  readonly tenant: string;
  readonly text: string;
}

/** What is wrong with a service: nothing, or one of the usual leaks. */
type Leak = 'none' | 'no filter' | 'id only' | 'cache without tenant' | 'tenant in a field';

/** Notes of tenants, as an application keeps them. */
class Notes {
  readonly ids: number[] = [];
  readonly #leak: Leak;
  #rows: Note[] = [];
  readonly #cache = new Map<string, readonly Note[]>();
  #current = '';

  constructor(leak: Leak) {
    this.#leak = leak;
  }

  reset(): void {
    this.#rows = [];
    this.#cache.clear();
    this.ids.length = 0;
  }

  create(tenant: string, text: string): Note {
    const note = { id: this.#rows.length, tenant, text };
    this.#rows.push(note);
    this.ids.push(note.id);
    this.#cache.clear();
    return note;
  }

  read(tenant: string, id: number | undefined): Note | undefined {
    const note = this.#rows.find((row) => row.id === id);
    return this.#leak === 'id only' || note?.tenant === tenant ? note : undefined;
  }

  async list(tenant: string): Promise<readonly Note[]> {
    const key = this.#leak === 'cache without tenant' ? 'list' : tenant;
    const known = this.#cache.get(key);
    if (known) return known;
    // A field of a singleton holds the tenant of whoever came last.
    this.#current = tenant;
    await Promise.resolve();
    const asked = this.#leak === 'tenant in a field' ? this.#current : tenant;
    const rows = this.#rows.filter((row) => this.#leak === 'no filter' || row.tenant === asked);
    if (this.#leak !== 'tenant in a field') this.#cache.set(key, rows);
    return rows;
  }
}

function mixOf(notes: Notes, more: Partial<TenantMix<string>> = {}): TenantMix<string> {
  return {
    tenants: { acme: 'acme', globex: 'globex', initech: 'initech' },
    reset: () => {
      notes.reset();
    },
    operations: {
      create: ({ as, mark }) => notes.create(as, mark()),
      read: ({ as, pick }) => notes.read(as, pick(notes.ids)),
      list: ({ as }) => notes.list(as),
    },
    runs: 20,
    ...more,
  };
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (failure) {
    return (failure as Error).message;
  }
  throw new Error('Nothing was found');
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('mixTenants', () => {
  it.each<readonly [Leak, number, number]>([
    ['no filter', 1, 2],
    ['id only', 1, 2],
    ['cache without tenant', 1, 3],
    ['tenant in a field', 4, 3],
  ])(
    'F31: finds a leak (%s) whatever the seed, and makes it small',
    async (leak, concurrency, atMost) => {
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const message = await failureOf(
            mixTenants(mixOf(new Notes(leak), { seed, concurrency })),
          );
          const steps = message.split('\n').filter((line) => /^ {2}\d+\./.test(line));
          expect(message).toMatch(/^The answer to (?:list|read) as \w+ holds data of \w+\./);
          expect(message).toContain(`seed: ${seed}`);
          expect(steps.length).toBeLessThanOrEqual(atMost);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('F31: finds nothing in what leaks nothing, whatever is mixed', async () => {
    const cases = fc.record({
      seed: seeds,
      concurrency: fc.integer({ min: 1, max: 8 }),
      steps: fc.integer({ min: 20, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async (more) => {
        const { seed, runs, found } = await mixTenants(mixOf(new Notes('none'), more));
        expect([seed, runs]).toEqual([more.seed, 20]);
        expect(found).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it('plays the same again for the same seed', async () => {
    const play = async (seed?: number): Promise<string> => {
      const given = seed === undefined ? {} : { seed };
      return failureOf(mixTenants(mixOf(new Notes('cache without tenant'), given)));
    };
    const first = await play();
    const seed = Number(/seed: (\d+)/.exec(first)?.[1]);
    expect(await play(seed)).toBe(first);
  });

  it('tells the sequence, and where it went wrong', async () => {
    const message = await failureOf(mixTenants(mixOf(new Notes('no filter'), { seed: 1 })));
    const [first, second, create, list, last] = message.split('\n');
    expect(first).toMatch(/^The answer to list as (\w+) holds data of (?!\1)\w+\.$/);
    expect(second).toBe('The smallest sequence found, 2 of 20 steps:');
    expect(create).toMatch(/^ {2}1\. create as \w+$/);
    expect(list).toMatch(/^ {2}2\. list as \w+ {3}<-- here$/);
    expect(last).toMatch(/^It was run \d+; seed: 1 plays the same again\.$/);
  });

  it('takes an operation that throws for a failure, and gives its cause', async () => {
    const notes = new Notes('none');
    const cause = new Error('expected 404');
    const mix = mixOf(notes, {
      operations: {
        ...mixOf(notes).operations,
        read: () => {
          if (notes.ids.length > 2) throw cause;
        },
      },
    });
    const failure = mixTenants(mix);
    await expect(failure).rejects.toMatchObject({ cause });
    expect(await failureOf(mixTenants(mix))).toMatch(
      /^read as \w+ failed: expected 404\.\nThe smallest sequence found, 4 of 20 steps:/,
    );
  });

  it.each<readonly [string, (mark: string) => unknown]>([
    ['a text', (mark) => `<p>${mark}</p>`],
    ['an object', (mark) => ({ a: [{ b: new Map([[mark, 1]]) }] })],
    ['a name', (mark) => ({ [mark]: 1 })],
    ['an error', (mark) => new Error(mark)],
    ['octets', (mark) => Buffer.from(mark)],
    ['a response', (mark) => new Response(mark)],
    ['a header', (mark) => new Response(null, { headers: { location: `/${mark}` } })],
    ['what it shows of itself', (mark) => ({ toJSON: () => mark })],
    ['something that holds itself', (mark) => circular(mark)],
  ])('looks into %s', async (_, answer) => {
    let last = 'nothing';
    const mix = mixTenants({
      tenants: { a: 'a', b: 'b' },
      operations: {
        write: ({ mark }) => void (last = mark()),
        read: () => answer(last),
      },
    });
    expect(await failureOf(mix)).toContain('The answer to read as');
  });

  it('is not content where nothing was tested', async () => {
    const nothing = mixOf(new Notes('none'), { operations: { list: () => [] } });
    const message = 'Nothing was tested of acme, globex, initech: ';
    await expect(mixTenants(nothing)).rejects.toThrow(message);
    const echo = mixOf(new Notes('none'), { operations: { create: ({ mark }) => mark() } });
    await expect(mixTenants(echo)).rejects.toThrow(message);
  });

  it('F31: finds what leaks only among many rows, without reset, whatever the seed', async () => {
    const leaksFrom = async (from: number, seed: number): Promise<string> => {
      const rows: Note[] = [];
      const seen = (tenant: string): readonly Note[] =>
        rows.length >= from ? rows : rows.filter((row) => row.tenant === tenant);
      return failureOf(
        mixTenants({
          tenants: { acme: 'acme', globex: 'globex' },
          operations: {
            create: ({ as, mark }) => void rows.push({ id: 0, tenant: as, text: mark() }),
            list: ({ as }) => seen(as),
          },
          seed,
        }),
      );
    };
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(3, 30, 300), async (seed, from) => {
        const message = await leaksFrom(from, seed);
        expect(message).toMatch(/^The answer to list as \w+ holds data of \w+\./);
        expect(message).toContain('Without reset, what earlier runs wrote was still there');
        expect(message).toContain('not be the smallest');
      }),
      { numRuns: 100 },
    );
  });

  it('F31: finds a row of an earlier run, of which the present run wrote none', async () => {
    let last: string | undefined;
    let turns = 0;
    const mix = mixTenants({
      tenants: { acme: 'acme', globex: 'globex' },
      operations: {
        // One row, in the first run; it shows only in a later one.
        do: ({ tenant, mark }) => {
          turns += 1;
          if (tenant === 'acme') last ??= mark();
          return turns > 20 && last;
        },
      },
      seed: 1,
    });
    const message = await failureOf(mix);
    expect(message).toMatch(/^The answer to do as globex holds data of acme\./);
    // Nothing shorter shows it by itself, and so nothing is left out.
    expect(message).toContain('20 of 20 steps');
  });

  it.each<readonly [string, number, (mark: string) => unknown]>([
    ['Response', 401, (mark) => new Response(mark, { status: 401 })],
    ['Response', 403, (mark) => new Response(mark, { status: 403 })],
    ['member status', 401, (text) => ({ status: 401, text })],
    ['member statusCode', 403, (text) => ({ statusCode: 403, text })],
  ])(
    'F31: is not content where one of the tenants is never let in: %s, %d',
    async (_, status, refused) => {
      const notes = new Notes('none');
      const mine: string[] = [];
      const mix = mixOf(notes, {
        operations: {
          create: ({ tenant, as, mark }) => {
            const text = mark();
            if (tenant !== 'globex') return notes.create(as, text);
            mine.push(text);
            return refused('');
          },
          // Whatever a refusal repeats, it is no answer.
          list: ({ tenant, as }) =>
            tenant === 'globex' ? refused(mine.at(-1) ?? '') : notes.list(as),
        },
      });
      await expect(mixTenants(mix)).rejects.toThrow(
        `Nothing was tested of globex (status of the last answer: ${String(status)}): `,
      );
    },
  );

  it('F31: a refusal that holds data of another tenant is a leak', async () => {
    const all: string[] = [];
    const mix = mixOf(new Notes('none'), {
      operations: {
        create: ({ mark }) => void all.push(mark()),
        read: () => ({ statusCode: 403, message: all.join() }),
      },
    });
    expect(await failureOf(mixTenants(mix))).toContain('The answer to read as');
  });

  it.each<readonly [object, string]>([
    [{ tenants: { a: 'a' } }, 'tenants are fewer than two'],
    [{ operations: {} }, 'operations are none'],
    [{ runs: 0 }, 'runs is no number'],
    [{ steps: 1.5 }, 'steps is no number'],
    [{ concurrency: 2, actAs: () => undefined }, 'concurrency would let requests'],
    [{ run: 5 }, 'mixTenants().run is no option'],
  ])('refuses %j', async (more, message) => {
    await expect(mixTenants(mixOf(new Notes('none'), more))).rejects.toThrow(message);
  });

  it('does not work in production', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      await expect(mixTenants(mixOf(new Notes('none')))).rejects.toThrow('production');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});

function circular(mark: string): object {
  const one: { self?: object; readonly mark: string } = { mark };
  one.self = one;
  return one;
}
