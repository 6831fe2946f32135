import { Controller, Get, type Type } from '@nestjs/common';
import { AuthModule, AuthReport, Roles } from '../../lib/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

const issuers = [{ issuer: 'https://issuer.example/', audience: 'api://test' }];

describe('the report of a large application', () => {
  it('lists every one of three hundred handlers', async () => {
    const controllers = Array.from({ length: 30 }, (_, index) => largeController(index));
    const imports = [AuthModule.forRoot({ issuers })];
    const app = await create('express', moduleOf({ imports, controllers }));
    await app.init();
    const report = app.get(AuthReport);
    const paths = report.routes().map(({ path }) => path);
    const expected = controllers.flatMap((_, c) =>
      Array.from({ length: 10 }, (__, h) => `/c${c}/h${h}`),
    );
    expect(paths).toEqual(expected.sort());
    expect(new Set(report.routes().map(({ policy }) => policy))).toEqual(new Set(['role admin']));
    expect(report.toTable().split('\n')).toHaveLength(301);
    await app.close();
  });
});

/** With ten handlers, each of which requires something. */
function largeController(index: number): Type {
  class Large {}
  for (let handler = 0; handler < 10; handler++) {
    const name = `h${handler}`;
    const value = (): object => ({});
    const descriptor = { value, configurable: true, writable: true };
    for (const decorate of [Get(name), Roles('admin')]) decorate(Large.prototype, name, descriptor);
    Object.defineProperty(Large.prototype, name, descriptor);
  }
  Controller(`c${index}`)(Large);
  return Large;
}
