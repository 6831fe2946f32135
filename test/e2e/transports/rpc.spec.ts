import { Controller } from '@nestjs/common';
import { GrpcMethod, MessagePattern } from '@nestjs/microservices';
import { Metadata } from '@grpc/grpc-js';
import { firstValueFrom, type Observable } from 'rxjs';
import {
  AuthModule,
  AuthService,
  CurrentUser,
  OptionalAuth,
  Public,
  Roles,
  type RefusalCode,
} from '../../../lib/index.js';
import { microservices, withHeaders } from '../../../lib/transports/rpc/index.js';
import { moduleOf } from '../http/application.js';
import { describeCases, Mine, MinePolicy, type HandlerName, type Outcome } from './cases.js';
import { named, PAYLOAD_HEADERS, reachable, startGrpc, startHybrid } from './rpc/carriers.js';

@Controller()
class Handlers {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @MessagePattern(named('closed'))
  closed(@CurrentUser('subject') subject: string): object {
    expect(this.#auth.principal().subject).toBe(subject);
    return { subject };
  }

  @Roles('admin')
  @MessagePattern(named('admins'))
  admins(@CurrentUser('subject') subject: string): object {
    return { subject };
  }

  @Public()
  @MessagePattern(named('open'))
  open(): object {
    return { subject: this.#auth.tryPrincipal()?.subject ?? null };
  }

  @OptionalAuth()
  @MessagePattern(named('optional'))
  optional(@CurrentUser('subject') subject?: string): object {
    return { subject: subject ?? null };
  }

  @Mine('payload.owner')
  @MessagePattern(named('owned'))
  owned(@CurrentUser('subject') subject: string): object {
    return { subject };
  }
}

for (const carrier of reachable) {
  describeCases({
    name: carrier.name,
    start: async (auth) => {
      const transports = [microservices({ payloadHeaders: PAYLOAD_HEADERS })];
      const root = moduleOf({
        imports: [AuthModule.forRoot({ ...auth, transports })],
        controllers: [Handlers],
        providers: [MinePolicy],
      });
      const { send, close } = await startHybrid(carrier, root);
      return {
        close,
        ask: async ({ handler, token, owner }) => {
          const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
          const data = { owner };
          const message = headers ? carrier.message(data, headers) : data;
          try {
            return (await send(handler, message)) as Outcome;
          } catch (error) {
            return refusedBy(error as Record<string, unknown>);
          }
        },
      };
    },
  });
}

function refusedBy(error: Record<string, unknown>): Outcome {
  expect(error).toEqual({
    status: 'error',
    statusCode: expect.any(Number) as unknown,
    error: expect.any(String) as unknown,
    code: expect.any(String) as unknown,
    message: expect.any(String) as unknown,
  });
  return { status: error['statusCode'] as 401, code: error['code'] as RefusalCode };
}

@Controller()
class GrpcHandlers {
  readonly #auth: AuthService;

  constructor(auth: AuthService) {
    this.#auth = auth;
  }

  @GrpcMethod('Cases', 'Closed')
  closed(): object {
    return { subject: this.#auth.principal().subject };
  }

  @Roles('admin')
  @GrpcMethod('Cases', 'Admins')
  admins(@CurrentUser('subject') subject: string): object {
    return { subject };
  }

  @Public()
  @GrpcMethod('Cases', 'Open')
  open(): object {
    return { subject: this.#auth.tryPrincipal()?.subject ?? '' };
  }

  @OptionalAuth()
  @GrpcMethod('Cases', 'Optional')
  optional(@CurrentUser('subject') subject?: string): object {
    return { subject: subject ?? '' };
  }

  @Mine('payload.owner')
  @GrpcMethod('Cases', 'Owned')
  owned(@CurrentUser('subject') subject: string): object {
    return { subject };
  }
}

type Call = (question: object, metadata: Metadata) => Observable<{ readonly subject: string }>;

const STATUS_OF = { 3: 400, 16: 401, 7: 403, 5: 404, 14: 503 } as const;

describeCases({
  name: 'gRPC',
  start: async (auth) => {
    const root = moduleOf({
      imports: [AuthModule.forRoot({ ...auth, transports: [microservices()] })],
      controllers: [GrpcHandlers],
      providers: [MinePolicy],
    });
    const { client, close } = await startGrpc(root);
    const cases = client.getService<Record<HandlerName, Call>>('Cases');
    return {
      close,
      ask: async ({ handler, token, owner }) => {
        const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
        const metadata = withHeaders(new Metadata(), headers ?? {});
        try {
          const { subject } = await firstValueFrom(cases[handler]({ owner }, metadata));
          // There is no `null` in a message of gRPC.
          return { subject: subject || null };
        } catch (error) {
          return refusedByGrpc(error as GrpcError);
        }
      },
    };
  },
});

interface GrpcError {
  readonly code: keyof typeof STATUS_OF;
  readonly details: string;
  readonly metadata: Metadata;
}

function refusedByGrpc({ code, metadata }: GrpcError): Outcome {
  return { status: STATUS_OF[code], code: metadata.get('error-code')[0] as RefusalCode };
}
