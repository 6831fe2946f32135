import { VersioningType, type VersioningOptions } from '@nestjs/common';
import { ADAPTERS } from '../e2e/http/application.js';
import type { FixtureParts } from './fixture.js';
import { ADMIN, ask, asking, expectRuling, USER, withApi } from './rbac-fixture.js';
import {
  ClosedVersion,
  FirstVersion,
  NeutralApi,
  OpenVersion,
  SecondVersion,
  served,
} from './rbac-routes-api.js';

const BY: Readonly<Record<string, VersioningOptions>> = {
  address: { type: VersioningType.URI },
  header: { type: VersioningType.HEADER, header: 'X-API-Version' },
  'media type': { type: VersioningType.MEDIA_TYPE, key: 'v=' },
};

/** An application whose controllers have versions. */
function versioned(by: string, controllers: FixtureParts['controllers'] = []): FixtureParts {
  return {
    controllers,
    configure: (app) => {
      app.enableVersioning(BY[by]);
    },
  };
}

beforeEach(() => {
  served.length = 0;
});

describe.each(ADAPTERS)('versions on %s', (adapter) => {
  it('R-49 an open version opens no other', () =>
    withApi(adapter, versioned('address', [OpenVersion, ClosedVersion]), async (api) => {
      expectRuling('R-49', await ask(api, asking('GET /v2/x', USER)));
      expect((await ask(api, asking('GET /v2/x'))).answer.status).toBe(401);
      for (const path of ['/x', '/v3/x', '/v1/../v2/x', '/V2/x', '/v1,2/x']) {
        const { answer } = await ask(api, asking(`GET ${path}`, USER));
        expect([403, 404]).toContain(answer.status);
      }
      expect(served).toEqual([]);
      const { answer, reason } = await ask(api, asking('GET /v1/x'));
      expect([answer.status, reason, served]).toEqual([200, undefined, ['open version']]);
      expect((await ask(api, asking('GET /v2/x', ADMIN))).answer.status).toBe(200);
    }));

  it.each([
    ['R-50', 'header', []],
    ['R-50', 'header', ['X-API-Version:']],
    ['R-50', 'header', ['X-API-Version: 1']],
    ['R-50', 'header', ['X-API-Version: 9']],
    ['R-50', 'header', ['X-API-Version: 1, 2']],
    ['R-50', 'header', ['X-API-Version: 1', 'X-API-Version: 2']],
    ['R-50', 'header', ['X-API-Version: 1', 'X-API-Version: 9']],
    ['R-50', 'header', ['X-API-Version: __proto__']],
    ['R-50', 'media type', []],
    ['R-50', 'media type', ['Accept: application/json']],
    ['R-50', 'media type', ['Accept: application/json;v=1']],
    ['R-50', 'media type', ['Accept: application/json;v=9']],
    ['R-50', 'media type', ['Accept: application/json;v=1;v=2']],
    ['R-50', 'media type', ['Accept: application/json;v=1', 'Accept: application/json;v=2']],
    ['R-50', 'media type', ['Accept: ;v=']],
  ])('%s by %s: %j', (id, by, headers) =>
    withApi(adapter, versioned(by, [FirstVersion, SecondVersion]), async (api) => {
      expectRuling(id, await ask(api, asking('GET /y', undefined, headers)));
      const { answer } = await ask(api, asking('GET /y', USER, headers));
      expect([403, 404]).toContain(answer.status);
      expect(served).toEqual([]);
    }),
  );

  it.each([
    ['header', 'X-API-Version: 2'],
    ['media type', 'Accept: application/json;v=2'],
  ])('R-50 by %s, an admin reaches the version that is named', (by, header) =>
    withApi(adapter, versioned(by, [FirstVersion, SecondVersion]), async (api) => {
      expect((await ask(api, asking('GET /y', ADMIN, [header]))).answer.status).toBe(200);
      expect(served).toEqual(['second version']);
    }),
  );

  it.each([
    ['R-51', 'address', []],
    ['R-51', 'header', []],
    ['R-51', 'header', ['X-API-Version: 9']],
    ['R-51', 'media type', []],
    ['R-51', 'media type', ['Accept: application/json;v=9']],
  ])('%s by %s: %j', (id, by, headers) =>
    withApi(adapter, versioned(by, [NeutralApi]), async (api) => {
      expectRuling(id, await ask(api, asking('GET /neutral', undefined, headers)));
      expect(served).toEqual([]);
      const { answer } = await ask(api, asking('GET /neutral', USER, headers));
      expect([answer.status, served]).toEqual([200, ['neutral']]);
    }),
  );
});
