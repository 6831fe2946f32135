import { Catch } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { auth, claimIncludes, UnauthorizedError } from 'express-oauth2-jwt-bearer';

/** Its errors carry a status, but not in the way that Nest knows: without this they become 500. */
class RefusalFilter {
  catch({ status, headers, message }, host) {
    host.switchToHttp().getResponse().status(status).set(headers).json({ message });
  }
}
Catch(UnauthorizedError)(RefusalFilter);

/** Its README: middleware before the routes, and its own check of a claim for the role. */
export function protect(_controller, { issuer, audience }) {
  return {
    middleware: [auth({ issuerBaseURL: issuer, audience }), claimIncludes('roles', 'reader')],
    providers: [{ provide: APP_FILTER, useClass: RefusalFilter }],
  };
}
