import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { MissingCredential } from '../../../lib/core/auth-error.js';
import { requestIn } from '../../../lib/transports/field-call.js';
import { HttpCarrier } from '../../../lib/transports/graphql/http-carrier.js';

const styles = {
  http: { realm: 'api', resourceMetadata: undefined, body: (refusal: object): object => refusal },
};

/** What Apollo passes on Express: a request that knows its response. */
function carried(): { readonly response: ServerResponse; readonly carrier: HttpCarrier } {
  const req = new IncomingMessage(new Socket());
  const response = new ServerResponse(req);
  Object.assign(req, { res: response });
  const context = { req };
  const found = requestIn(context);
  const carrier = found && HttpCarrier.of(context, found);
  if (!carrier) throw new Error('There is a request');
  return { response, carrier };
}

describe('an operation of GraphQL that a request brought', () => {
  it('has the headers of a refusal in its answer, whatever the status of that', () => {
    const { response, carrier } = carried();
    carrier.announce(new MissingCredential('missing_credentials'), styles, []);
    response.writeHead(200);
    expect(response.getHeader('www-authenticate')).toBe('Bearer realm="api"');
    expect(response.getHeader('cache-control')).toBe('no-store');
  });

  it('is told alone what is refused after its answer has begun', () => {
    const { response, carrier } = carried();
    response.writeHead(200);
    const late = new MissingCredential('missing_credentials');
    expect(() => carrier.announce(late, styles, [])).not.toThrow();
    expect(response.hasHeader('www-authenticate')).toBe(false);
  });
});
