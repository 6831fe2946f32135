import { RequestMethod } from '@nestjs/common';
import type { Operation } from '../policy/role-map.js';

/** Where Nest keeps what `@Get('orders/:id')` and `@Controller('orders')` say. */
const [METHOD, PATH] = ['method', 'path'];

/** What a handler of HTTP is asked with; `undefined` for any other function. */
export function operationOf(handler: object, controller: object): Operation | undefined {
  const method: unknown = Reflect.getMetadata(METHOD, handler);
  if (typeof method !== 'number') return;
  const about = pathsOf(handler).flatMap((path) =>
    isEmpty(path) ? pathsOf(controller).map(aboutPath) : [aboutPath(path)],
  );
  const [first = 'either', ...others] = about;
  const isUnanimous = others.every((other) => other === first);
  return { method: RequestMethod[method] ?? 'ALL', about: isUnanimous ? first : 'either' };
}

function pathsOf(target: object): readonly unknown[] {
  return [Reflect.getMetadata(PATH, target) as unknown].flat();
}

function isEmpty(path: unknown): boolean {
  return path === undefined || path === '' || path === '/';
}

/** A parameter at the end stands for one thing; one that may be left out, for one or for many. */
function aboutPath(path: unknown): Operation['about'] {
  if (isEmpty(path)) return 'many';
  if (typeof path !== 'string' || /[{}*?]/.test(path)) return 'either';
  return /:[^/]*\/?$/.test(path) ? 'one' : 'many';
}
