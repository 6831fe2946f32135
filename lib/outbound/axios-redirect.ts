import type { Service } from './service.js';

/** What is called before a redirect is followed. It may change where that leads. */
export type BeforeRedirect = (
  options: Readonly<Record<string, unknown>>,
  ...more: unknown[]
) => void;

/** By these it is decided who is asked, whatever `href` says. */
const DESTINATION = ['protocol', 'hostname', 'host', 'port', 'path', 'socketPath'] as const;

/** Where redirects are asked for, none leads out of the service, whatever the application changes of it. */
export function redirectingWithin(
  service: Service,
  given: BeforeRedirect | undefined,
): BeforeRedirect {
  return (options, ...more) => {
    const found = { ...options };
    given?.(options, ...more);
    const isChanged = (name: string): boolean => options[name] !== found[name];
    service.assertOwn(String(options['href']));
    // A proxy stands there, where there is one, unless somebody else has been put in its place.
    if (DESTINATION.some(isChanged)) service.assertOwn(destinationOf(options));
  };
}

function destinationOf(options: Readonly<Record<string, unknown>>): string {
  const { protocol, hostname, host, port, path, socketPath } = options;
  if (socketPath !== undefined && socketPath !== null) return 'a socket';
  const name = String(hostname ?? host);
  const authority = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const suffix =
    ['string', 'number'].includes(typeof port) && port !== '' ? `:${String(port)}` : '';
  return `${String(protocol)}//${authority}${suffix}${String(path)}`;
}
