import type { IncomingMessage } from 'node:http';
import { Controller, Post, Req } from '@nestjs/common';
import { Public } from '../../../../lib/index.js';
import { TestIssuer } from '../../../../lib/testing/index.js';
import { ADAPTERS, start } from '../application.js';
import { rawExchange } from '../raw-request.js';

@Controller()
class Api {
  @Public()
  @Post('trailers')
  trailers(@Req() request: IncomingMessage & { readonly raw?: IncomingMessage }): object {
    const { headersDistinct, trailers, trailersDistinct, rawTrailers } = request.raw ?? request;
    return { headers: headersDistinct, trailers, distinct: trailersDistinct, raw: rawTrailers };
  }
}

describe.each(ADAPTERS)('what is taken off a request, on %s', (adapter) => {
  it('trailers say nothing of the caller either, and who asks for headers in lists gets them', async () => {
    const issuer = await TestIssuer.start({ algorithms: ['ES256'] });
    const api = await start(adapter, { controllers: [Api], auth: { issuers: [issuer.options()] } });
    const lines = [
      ...['POST /trailers HTTP/1.1', 'Host: localhost', 'Connection: close', 'User-ID: admin'],
      ...['Content-Type: application/json', 'Transfer-Encoding: chunked', ''],
      ...['2', '{}', '0', 'User_ID: admin', 'Permissions: admin', 'Checksum: 7', '', ''],
    ];
    const text = await rawExchange(api.port, lines.join('\r\n'));
    const [body = ''] = /\{.*\}/.exec(text) ?? [];
    expect(JSON.parse(body)).toEqual({
      headers: expect.objectContaining({ host: ['localhost'] }) as unknown,
      trailers: { checksum: '7' },
      distinct: { checksum: ['7'] },
      raw: ['Checksum', '7'],
    });
    expect(text).not.toContain('admin');
    await Promise.all([api.close(), issuer.close()]);
  });
});
