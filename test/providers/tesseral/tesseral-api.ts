import { Controller, Get, Injectable, Post, UsePipes, type PipeTransform } from '@nestjs/common';
import {
  Accepts,
  Authorize,
  Claims,
  Credentials,
  CurrentPrincipal,
  OptionalAuth,
  OrgId,
  Permissions,
  policy,
  Public,
  tesseral,
  type AuthEvent,
  type AuthModuleOptions,
  type Credential,
  type Policy,
  type PolicyRequest,
  type Principal,
  type TesseralClaims,
  type TesseralOptions,
} from '../../../lib/index.js';
import { get, start, type Adapter, type Answer } from '../../e2e/http/application.js';
import {
  BACKEND_API_KEY,
  PROJECT_ID,
  PUBLISHABLE_KEY,
  type TesseralServer,
} from './tesseral-server.js';

/** Nobody in somebody's name. */
@Injectable()
class InPerson implements Policy {
  allows({ principal }: PolicyRequest): boolean {
    return principal.actor === undefined;
  }
}

@Injectable()
class CountingPipe implements PipeTransform {
  transform(value: unknown): unknown {
    Reached.count += 1;
    return value;
  }
}

/** How often anything behind the guards ran. */
export class Reached {
  static count = 0;
}

@UsePipes(CountingPipe)
@Controller()
class Api {
  @Get('me')
  me(@CurrentPrincipal() principal: Principal): object {
    Reached.count += 1;
    const { kind, subject, organizationId, permissions, roles, scopes } = principal;
    const { credentialKind, actor } = principal;
    return { kind, subject, organizationId, permissions, roles, scopes, credentialKind, actor };
  }

  @Public()
  @Get('open')
  open(@CurrentPrincipal() principal: unknown): object {
    return { principal: principal === undefined };
  }

  @Public()
  @Get('open/org')
  openOrganization(@OrgId({ required: true }) id: string): object {
    return { id };
  }

  @OptionalAuth()
  @Get('maybe')
  maybe(@OrgId({ required: false }) id?: string): object {
    return { id: id ?? null };
  }

  @Get('org')
  organization(@OrgId() id: string): object {
    return { id };
  }

  @Get('credentials')
  credentials(@Credentials() credential: Credential): object {
    const { value } = credential;
    return { value, json: JSON.stringify({ credential }), text: String(credential) };
  }

  @Get('claims')
  claims(@Claims({ of: 'jwt', required: true }) claims: TesseralClaims): object {
    return claims;
  }

  @Get('claims/maybe')
  maybeClaims(@Claims({ of: 'jwt' }) claims?: TesseralClaims): object {
    return { user: claims?.user.id ?? null };
  }

  @Get('claims/any')
  anyClaims(@Claims() claims: object): object {
    return claims;
  }

  @Permissions('acme.widgets.edit')
  @Post('widgets')
  edit(): object {
    return {};
  }

  @Permissions('acme.widgets.view')
  @Get('widgets')
  view(): object {
    return {};
  }

  @Authorize(policy(InPerson))
  @Get('password')
  inPerson(): object {
    return {};
  }
}

@Controller()
class MachineApi {
  @Accepts('jwt')
  @Get('people')
  people(): object {
    return {};
  }

  @Accepts('apiKey')
  @Get('programs')
  programs(): object {
    return {};
  }
}

/** How an API differs from the usual one. */
interface Difference {
  readonly project?: Partial<TesseralOptions>;
  readonly auth?: Partial<AuthModuleOptions>;
  /** Ask for the project at boot. */
  readonly asks?: boolean;
}

/** An application that trusts a project of Tesseral. */
export class TesseralApi {
  readonly url: string;
  readonly port: number;
  readonly events: AuthEvent[];
  readonly close: () => Promise<void>;

  private constructor(
    running: { readonly url: string; readonly port: number; close(): Promise<void> },
    events: AuthEvent[],
  ) {
    this.url = running.url;
    this.port = running.port;
    this.events = events;
    this.close = () => running.close();
  }

  static async start(
    adapter: Adapter,
    server: TesseralServer,
    { project = {}, auth = {}, asks = false }: Difference = {},
  ): Promise<TesseralApi> {
    const events: AuthEvent[] = [];
    const { apiKeys, ...others } = project;
    const keys =
      apiKeys === undefined
        ? {}
        : {
            apiKeys: {
              backendApiKey: BACKEND_API_KEY,
              apiUrl: server.origin,
              ...(typeof apiKeys === 'object' && apiKeys),
            },
          };
    const provider = tesseral({
      publishableKey: PUBLISHABLE_KEY,
      configHost: server.origin,
      ...(!asks && { projectId: PROJECT_ID }),
      ...others,
      ...keys,
    });
    const running = await start(adapter, {
      controllers: apiKeys === undefined ? [Api] : [Api, MachineApi],
      providers: [InPerson],
      auth: {
        issuers: [provider],
        onEvent: (event) => void events.push(event),
        keySets: { hydrate: 'lazy' },
        ...auth,
      },
    });
    return new TesseralApi(running, events);
  }

  get(path: string, token?: string, headers?: Record<string, string>): Promise<Answer> {
    return get(`${this.url}/${path}`, token, headers);
  }

  async post(path: string, headers: Record<string, string>): Promise<number> {
    const { status } = await fetch(`${this.url}/${path}`, { method: 'POST', headers });
    return status;
  }

  /** Why the last request was refused; what happened, where it was not. */
  get reason(): string | undefined {
    const last = this.events.findLast(({ type }) => type.startsWith('auth.'));
    return last && 'reason' in last ? last.reason : last?.type;
  }
}
