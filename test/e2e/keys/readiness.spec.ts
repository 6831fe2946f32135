import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { JwksService, Public } from '../../../lib/index.js';
import { TestIssuer } from '../../../lib/testing/index.js';
import { ADAPTERS, get, start, type RunningApplication } from '../http/application.js';

/** As in the README. */
@Public()
@Controller('health')
class HealthController {
  constructor(@Inject(JwksService) private readonly jwks: JwksService) {}

  @Get('ready')
  ready(): object {
    const down = this.jwks.state().filter(({ status }) => status === 'unavailable');
    if (down.length > 0) {
      throw new ServiceUnavailableException({ issuers: down.map(({ issuer }) => issuer) });
    }
    return { status: 'ok' };
  }
}

describe.each(ADAPTERS)('readiness on %s', (adapter) => {
  let issuer: TestIssuer;
  let api: RunningApplication;

  afterEach(async () => {
    await api.close();
    await issuer.close();
  });

  it('waits for the keys, and comes by itself when the issuer does', async () => {
    issuer = await TestIssuer.start();
    issuer.pause();
    api = await start(adapter, {
      controllers: [HealthController],
      auth: { issuers: [issuer.options()], clock: issuer.clock },
    });
    const down = { status: 503, body: { issuers: [issuer.issuer] } };
    expect(await get(`${api.url}/health/ready`)).toMatchObject(down);
    issuer.resume();
    let status = 503;
    while (status === 503) {
      issuer.advance(1);
      ({ status } = await get(`${api.url}/health/ready`));
    }
    expect(status).toBe(200);
  });
});
