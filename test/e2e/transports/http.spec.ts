import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  type RefusalCode,
} from '../../../lib/index.js';
import { ADAPTERS, start } from '../http/application.js';
import { describeCases, Mine, MinePolicy, type Outcome } from './cases.js';

@Controller()
class Handlers {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @Post('closed')
  @HttpCode(200)
  closed(@CurrentUser('subject') subject: string): object {
    expect(this.#auth.principal().subject).toBe(subject);
    return { subject };
  }

  @Roles('admin')
  @Post('admins')
  @HttpCode(200)
  admins(@CurrentUser('subject') subject: string): object {
    return { subject };
  }

  @Public()
  @Post('open')
  @HttpCode(200)
  open(): object {
    return { subject: this.#auth.tryPrincipal()?.subject ?? null };
  }

  @OptionalAuth()
  @Post('optional')
  @HttpCode(200)
  optional(@CurrentUser('subject') subject?: string): object {
    return { subject: subject ?? null };
  }

  @Mine('body.owner')
  @Post('owned')
  @HttpCode(200)
  owned(@CurrentUser('subject') subject: string, @Body('owner') owner: string): object {
    expect(owner).toBe(subject);
    return { subject };
  }
}

for (const adapter of ADAPTERS) {
  describeCases({
    name: `HTTP (${adapter})`,
    start: async (auth) => {
      const api = await start(adapter, {
        controllers: [Handlers],
        providers: [MinePolicy],
        auth,
      });
      return {
        close: () => api.close(),
        ask: async ({ handler, token, owner }) => {
          const response = await fetch(`${api.url}/${handler}`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              ...(token !== undefined && { authorization: `Bearer ${token}` }),
            },
            body: JSON.stringify({ owner }),
          });
          const body = (await response.json()) as Record<string, unknown>;
          if (response.status === 200) return body as unknown as Outcome;
          expect(body['statusCode']).toBe(response.status);
          return {
            status: response.status as 401,
            code: body['code'] as RefusalCode,
          };
        },
      };
    },
  });
}
