import { setTimeout as sleep } from 'node:timers/promises';
import {
  Catch,
  ConflictException,
  Controller,
  Get,
  Header,
  HttpException,
  NotFoundException,
  StreamableFile,
  UnauthorizedException,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AuthService, OrgId, Public, Scopes, type RequestLogEntry } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from './application.js';

/** A filter of the application's own, which answers whatever it is with the status it was made for. */
function answering(status: number, type: typeof HttpException | typeof UnauthorizedException) {
  @Catch(type)
  class Answering implements ExceptionFilter {
    constructor(private readonly host: HttpAdapterHost) {}

    catch(_: HttpException, host: ArgumentsHost): void {
      const { httpAdapter } = this.host;
      httpAdapter.reply(host.switchToHttp().getResponse(), { own: true }, status);
    }
  }
  return Answering;
}

const TO_401 = answering(401, UnauthorizedException);
const TO_404 = answering(404, HttpException);
const TO_302 = answering(302, HttpException);

@Controller()
class Api {
  constructor(private readonly auth: AuthService) {}

  /** Nobody is known on a public handler: 401 with a challenge. */
  private caught(): string {
    try {
      return this.auth.principal().subject;
    } catch {
      return 'nobody';
    }
  }

  @Public()
  @Get('caught')
  answered(): object {
    return { who: this.caught() };
  }

  @Public()
  @Header('Cache-Control', 'public, max-age=60')
  @Get('cached')
  cached(): object {
    return { who: this.caught() };
  }

  @Public()
  @Get('streamed')
  streamed(): StreamableFile {
    return new StreamableFile(Buffer.from(JSON.stringify({ who: this.caught() })));
  }

  @Public()
  @Get('thrown')
  thrown(): object {
    return { who: this.auth.principal().subject };
  }

  @Public()
  @Get('conflict')
  conflict(): never {
    this.caught();
    throw new ConflictException();
  }

  @Public()
  @Get('broken')
  broken(): never {
    this.caught();
    throw new Error('of its own');
  }

  @Get('second')
  async second(): Promise<object> {
    try {
      this.auth.organizationId();
    } catch {
      // Then without one.
    }
    await sleep(1);
    // There is no such service: a refusal within a request, another one than that before.
    return { token: await this.auth.exchange('billing') };
  }

  @Scopes('read')
  @UseFilters(TO_401)
  @Get('own-same')
  ownSame(): object {
    return {};
  }

  @UseFilters(TO_404)
  @Get('own-other')
  ownOther(): object {
    return {};
  }

  @UseFilters(TO_302)
  @Get('own-redirect')
  ownRedirect(): object {
    return {};
  }

  @Get('two')
  two(@OrgId() one: string, @OrgId() other: string): object {
    return { one, other };
  }

  @Get('missing')
  missing(): never {
    throw new NotFoundException();
  }
}

describe.each(ADAPTERS)('a refusal that somebody catches, on %s', (adapter) => {
  const entries: RequestLogEntry[] = [];
  let issuer: TestIssuer;
  let api: RunningApplication;

  beforeAll(async () => {
    issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    api = await start(adapter, {
      controllers: [Api],
      auth: {
        issuers: [issuer.options()],
        requestLog: { logger: { log: (entry) => entries.push(entry) } },
        services: {
          billing: {
            baseUrl: 'http://127.0.0.1:1',
            tokenEndpoint: 'http://127.0.0.1:1/token',
            clientId: 'api',
            clientSecret: 'a-secret-of-the-api-that-is-long-enough',
          },
        },
      },
    });
  });

  beforeEach(() => {
    entries.length = 0;
  });

  afterAll(async () => {
    await api.close();
    await issuer.close();
  });

  /** Status, the headers that refusals have, and the reason in the log. */
  const ask = async (path: string, token?: string): Promise<unknown[]> => {
    const { status, headers } = await get(`${api.url}/${path}`, token);
    for (let tries = 0; entries.length < 1 && tries < 100; tries += 1) await sleep(10);
    const names = ['cache-control', 'www-authenticate', 'retry-after'];
    return [status, ...names.map((name) => headers.get(name)), entries[0]?.reason];
  };

  it('leaves no header on an answer that is none, and no reason in the log', async () => {
    const nothing = [200, null, null, null, undefined];
    expect(await ask('caught')).toEqual(nothing);
    entries.length = 0;
    expect(await ask('streamed')).toEqual(nothing);
  });

  it('gives back what was there before it', async () => {
    expect(await ask('cached')).toEqual([200, 'public, max-age=60', null, null, undefined]);
  });

  it('has all of it where it is answered', async () => {
    const challenge = 'Bearer realm="api"';
    const expected = [401, 'no-store', challenge, null, 'missing_credentials'];
    expect(await ask('thrown')).toEqual(expected);
  });

  it('asks for no credential where another exception is answered', async () => {
    expect(await ask('conflict')).toEqual([409, 'no-store', null, null, 'missing_credentials']);
    entries.length = 0;
    expect(await ask('broken')).toEqual([500, null, null, null, undefined]);
  });

  it('has the headers and the reason of the one that is answered, of several', async () => {
    const answer = await ask('second', await issuer.token({ sub: 'ann', org_id: undefined }));
    expect(answer).toEqual([503, 'no-store', null, '5', 'token_endpoint_unavailable']);
    entries.length = 0;
    const two = await ask('two', await issuer.token({ sub: 'ann', org_id: undefined }));
    expect(two).toEqual([403, 'no-store', null, null, 'missing_value']);
  });

  it("has what belongs to it in the answers of the application's own filters", async () => {
    const challenge = 'Bearer realm="api", scope="read"';
    const same = await ask('own-same');
    expect(same).toEqual([401, 'no-store', challenge, null, 'missing_credentials']);
    entries.length = 0;
    const other = await ask('own-other');
    expect(other).toEqual([404, 'no-store', null, null, 'missing_credentials']);
  });

  it('is gone where a filter answers with what is no error', async () => {
    const response = await fetch(`${api.url}/own-redirect`, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(response.headers.get('cache-control')).toBeNull();
  });

  it('has nothing to do with an exception of the application', async () => {
    const token = await issuer.token({ sub: 'ann' });
    expect(await ask('missing', token)).toEqual([404, null, null, null, undefined]);
  });
});
