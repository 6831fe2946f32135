import { RequestMethod } from '@nestjs/common';
import type { Operation } from '../policy/role-map.js';

/** Where Nest keeps what `@Get('orders/:id')` says. */
const [METHOD, PATH] = ['method', 'path'];

/** What a handler of HTTP is asked with; `undefined` for any other function. */
export function operationOf(handler: object): Operation | undefined {
  const method: unknown = Reflect.getMetadata(METHOD, handler);
  if (typeof method !== 'number') return;
  const paths: unknown[] = [Reflect.getMetadata(PATH, handler) as unknown].flat();
  const isOne = paths.every((path) => typeof path === 'string' && /[:{*][^/]*\/?$/.test(path));
  return { method: RequestMethod[method] ?? 'ALL', isOne };
}
