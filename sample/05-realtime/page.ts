import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Setting } from './setting.controller.js';

/** Serves the page. Files pass no guard, and there is nothing in them that anybody may not see. */
export function servePage(app: NestExpressApplication, { issuer }: Setting): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${issuer}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  app.useStaticAssets(fileURLToPath(new URL('../page', import.meta.url)), {
    setHeaders: (response: ServerResponse) => {
      response.setHeader('Content-Security-Policy', policy);
      response.setHeader('Referrer-Policy', 'no-referrer');
      response.setHeader('X-Content-Type-Options', 'nosniff');
    },
  });
}
