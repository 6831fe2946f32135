import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createClient } from 'graphql-ws';
import { chromium, type Browser } from 'playwright-core';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { isThere, urlOf } from '../services/brokers.js';
import { findChromium } from './newsroom/chromium.js';
import { Member, type Outcome } from './newsroom/member.js';
import { Visitor } from './newsroom/visitor.js';
import { RunningSample } from './running-sample.js';

const hasNats = await isThere('NATS');
const executablePath = findChromium();
/** `SCREENSHOT=1` has the picture of the documentation taken anew. */
const SCREENSHOT = process.env['SCREENSHOT'] === '1' && 'docs/transports/realtime.png';
const SUBJECTS = `test-newsroom-${String(process.pid)}-${String(Date.now())}`;
const FIELDS = '{ id text author way }';

/** The two calls that change something, by one way. */
interface Way {
  readonly name: string;
  /** What a post says of how it came. */
  readonly came?: string;
  readonly publish: (member: Member, text: string) => Promise<Outcome>;
  readonly retract: (member: Member, id: unknown) => Promise<Outcome>;
}

let nats: NatsConnection;

const EVERYWHERE: readonly Way[] = [
  {
    name: 'HTTP',
    publish: (member, text) => member.http('POST', '/posts', { text }),
    retract: (member, id) => member.http('DELETE', `/posts/${String(id)}`),
  },
  {
    name: 'GraphQL',
    publish: (member, text) =>
      member.graphql(`mutation ($text: String!) { post: publish(text: $text) ${FIELDS} }`, {
        text,
      }),
    retract: (member, id) =>
      member.graphql(`mutation ($id: ID!) { post: retract(id: $id) ${FIELDS} }`, { id }),
  },
  {
    name: 'socket.io',
    publish: (member, text) => member.emit('publish', { text }),
    retract: (member, id) => member.emit('retract', { id }),
  },
];

const BY_NATS: readonly Way[] = [
  {
    name: 'NATS',
    publish: (member, text) => member.request(nats, `${SUBJECTS}.publish`, { text }),
    retract: (member, id) => member.request(nats, `${SUBJECTS}.retract`, { id }),
  },
  {
    name: 'NATS, asked by HTTP',
    came: 'NATS',
    publish: (member, text) => member.http('POST', '/nats/posts', { text }),
    retract: (member, id) => member.http('DELETE', `/nats/posts/${String(id)}`),
  },
];

const WAYS = hasNats ? [...EVERYWHERE, ...BY_NATS] : EVERYWHERE;
const FORBIDDEN = { refusal: { statusCode: 403, error: 'Forbidden', code: 'forbidden' } };

describe('npm run start:realtime', () => {
  let sample: RunningSample;
  let ann: Member;
  let ben: Member;
  let gil: Member;

  beforeAll(async () => {
    const environment = { NATS_SUBJECTS: SUBJECTS, NATS_URL: urlOf('NATS') };
    sample = await RunningSample.start('npm run start:realtime', 2, environment);
    if (hasNats) nats = await connect({ servers: urlOf('NATS') });
    const signIn = (person: string): Promise<Member> => Member.signIn(sample.url, person);
    [ann, ben, gil] = await Promise.all([signIn('ann'), signIn('ben'), signIn('gil')]);
  }, 120_000);

  afterAll(async () => {
    for (const { socket } of [ann, ben, gil]) socket.disconnect();
    if (hasNats) await nats.close();
    sample.stop();
  });

  it('prints commands that give what is said, when they are pasted', async () => {
    expect(sample.printed.map(({ expected }) => expected)).toEqual([200, 401]);
    for (const { expected, command } of sample.printed) {
      expect(await sample.paste(command)).toMatch(`HTTP/1.1 ${String(expected)}`);
    }
  });

  it('prints who may connect', () => {
    expect(sample.output).toMatch(/^ws +\/ +PostsGateway\.handleConnection +role reader/m);
  });

  it('serves a page that runs no script but its own', async () => {
    const { headers } = await fetch(sample.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
  });

  describe.each(WAYS)('by $name', ({ name, came = name, publish, retract }) => {
    let published: Outcome;

    it('lets an editor publish, which those of the organization are told live', async () => {
      const told = ben.next('published');
      published = await publish(ann, `News by ${name}`);
      expect(published.post).toMatchObject({ author: 'ann', text: `News by ${name}`, way: came });
      expect(await told).toMatchObject(published.post ?? {});
    });

    it('refuses a reader', async () => {
      expect(await publish(ben, 'News')).toMatchObject(FORBIDDEN);
    });

    it('lets nobody but its author retract a post', async () => {
      const id = published.post?.['id'];
      // The one is no editor, the other one elsewhere.
      expect(await retract(ben, id)).toMatchObject(FORBIDDEN);
      expect(await retract(gil, id)).toMatchObject(FORBIDDEN);
      const told = ben.next('retracted');
      expect(await retract(ann, id)).toMatchObject({ post: { id } });
      expect(await told).toMatchObject({ id });
    });
  });

  it('lets nobody connect who brings no token', async () => {
    const socket = io(sample.url, { forceNew: true, transports: ['websocket'] });
    const refused = await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(refused).toMatchObject({ data: { statusCode: 401, code: 'missing_credentials' } });
    socket.disconnect();
  });

  it('lets nobody subscribe who brings no token', async () => {
    const client = createClient({
      ...{ url: `${sample.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket },
      ...{ lazy: false, onNonLazyError: () => undefined },
    });
    const closed = await new Promise((resolve) => client.on('closed', resolve));
    expect(closed).toMatchObject({ code: 4401, reason: 'missing_credentials' });
    await client.dispose();
  });

  it('tells subscribers, too, each of what is theirs', async () => {
    const client = createClient({
      url: `${sample.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${ben.token}` },
    });
    const subscription = client.iterate({ query: `subscription { published ${FIELDS} }` });
    let told: unknown;
    void subscription.next().then((value) => (told = value));
    // Nobody says when it has begun.
    while (told === undefined) {
      await gil.http('POST', '/posts', { text: 'Elsewhere' });
      await ann.http('POST', '/posts', { text: 'Here' });
    }
    expect(told).toMatchObject({ value: { data: { published: { text: 'Here' } } } });
    await subscription.return?.();
    await client.dispose();
  });

  it('tells nobody of another organization', () => {
    const organizationsOf = ({ told }: Member): unknown[] => [
      ...new Set(told.map(({ data }) => data['organizationId']).filter(Boolean)),
    ];
    expect([ann, ben, gil].map(organizationsOf)).toEqual([['acme'], ['acme'], ['globex']]);
  });
});

/** Compiled by now. */
const COMPILED = 'node sample/05-realtime/dist/main.js';

it('starts without NATS, and says so', async () => {
  const url = 'nats://127.0.0.1:1';
  const sample = await RunningSample.start(COMPILED, 2, { NATS_URL: url });
  try {
    expect(sample.output).toContain(`There is no NATS at ${url}: done without.`);
    const ann = await Member.signIn(sample.url, 'ann');
    expect(await ann.http('POST', '/posts', { text: 'News' })).toHaveProperty('post');
    expect(await ann.http('POST', '/nats/posts', { text: 'News' })).toMatchObject({
      refusal: { statusCode: 503 },
    });
    ann.socket.disconnect();
  } finally {
    sample.stop();
  }
}, 60_000);

(executablePath ? describe : describe.skip)('the page of start:realtime, in Chromium', () => {
  let sample: RunningSample;
  let browser: Browser;
  let ann: Visitor;
  let ben: Visitor;

  beforeAll(async () => {
    const environment = {
      ...{ NATS_SUBJECTS: `${SUBJECTS}-page`, NATS_URL: urlOf('NATS') },
      TOKEN_SECONDS: '12',
    };
    sample = await RunningSample.start(COMPILED, 2, environment);
    browser = await chromium.launch({ ...(executablePath && { executablePath }) });
    ann = await Visitor.signIn(browser, sample.url, 'Ann');
    ben = await Visitor.signIn(browser, sample.url, 'Ben');
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    sample.stop();
  });

  it('shows who is signed in', async () => {
    await ann.sees('Ann');
    await ben.sees('Ben');
  });

  it.each(WAYS.filter(({ came }) => !came))(
    'shows at once what somebody publishes by $name, and why others may not',
    async ({ name }) => {
      await ann.publish(name, `News by ${name}`);
      await ben.sees(`News by ${name}`, ben.posts);
      await ben.publish(name, 'News');
      await ben.sees(`Publish by ${name}: 403 forbidden: Access is denied`, ben.outcomes);
    },
  );

  it('stays connected with a new token', async () => {
    await ann.press('Get a new token');
    await ann.sees('Get a new token: done', ann.outcomes);
  });

  it('says why it was disconnected, and connects with a new token', async () => {
    const { page } = ben;
    await ben.sees('The access token expired (401 token_expired)', page.getByRole('alert'));
    // Whose token would have expired before.
    expect(await ann.page.getByRole('status').textContent()).toBe('Live');
    if (SCREENSHOT) await page.screenshot({ path: SCREENSHOT });
    await ben.press('Get a new token');
    await ben.sees('Live', page.getByRole('status'));
  });

  it('lets somebody else sign in, who sees nothing of another organization', async () => {
    await ben.press('Sign in again');
    await ben.choose('Gil');
    await ben.sees('globex');
    expect(await ben.posts.textContent()).toBe('');
  });

  it('fits a phone, and does nothing that its policy forbids', async () => {
    const width = 360;
    await ann.page.setViewportSize({ width, height: 720 });
    const scroll = await ann.page.evaluate<number>('document.documentElement.scrollWidth');
    expect(scroll).toBeLessThanOrEqual(width);
    expect([...ann.complaints, ...ben.complaints]).toEqual([]);
  });
});
