import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Injectable,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { EMPTY, NEVER, of } from 'rxjs';
import {
  anyOf,
  arg,
  Authorize,
  hasRole,
  not,
  Owner,
  Resource,
  SameOrg,
  type Policy,
  type PolicyRequest,
} from '../../../lib/index.js';

export interface Document {
  readonly id: string;
  readonly ownerId?: string | number | null;
}

/** An in-memory repository that counts. */
@Injectable()
export class Documents {
  loaded = 0;
  readonly #documents: readonly Document[] = [
    { id: '1', ownerId: 'ann' },
    { id: '2', ownerId: 'bob' },
    { id: '3' },
    { id: '4', ownerId: null },
    { id: '5', ownerId: 7 },
  ];

  load(id: string): Promise<Document | undefined> {
    this.loaded += 1;
    if (id === 'gone') throw new NotFoundException('no such document');
    return Promise.resolve(this.#documents.find((each) => each.id === id));
  }
}

const outcomes = new Map<string, () => unknown>([
  ['true', () => true],
  ['true-later', () => Promise.resolve(true)],
  ['false', () => false],
  ['undefined', () => undefined],
  ['one', () => 1],
  ['text', () => 'true'],
  ['object', () => ({})],
  ['empty', () => EMPTY],
  ['never-emits', () => NEVER],
  ['observable', () => of(true)],
  ['rejects', () => Promise.reject(new Error('secret detail'))],
  [
    'throws',
    () => {
      throw new Error('secret detail');
    },
  ],
  ['hangs', () => new Promise(() => undefined)],
]);

@Injectable()
export class ByOutcome implements Policy {
  allows({ args }: PolicyRequest<{ outcome: unknown }>): boolean {
    return outcomes.get(String(args.outcome))?.() as boolean;
  }
}

export const seen: PolicyRequest[] = [];

@Injectable()
export class Noting implements Policy {
  allows(request: PolicyRequest): boolean {
    seen.push(request);
    request.provide({ note: request.principal.subject });
    return true;
  }
}

@Controller()
export class Api {
  @Get('by-outcome/:outcome')
  @Authorize(ByOutcome, { outcome: arg('params.outcome') })
  byOutcome(): object {
    return { reached: true };
  }

  @Get('contrary/:outcome')
  @Authorize(not(anyOf(hasRole('banned'))))
  @Authorize(ByOutcome, { outcome: arg('params.outcome') })
  both(): object {
    return { reached: true };
  }

  @Post('noting/:id')
  @HttpCode(200)
  @Authorize(Noting, {
    id: arg('params.id'),
    all: arg('query.all'),
    amount: arg('body.amount'),
    fixed: 1,
  })
  noting(@Resource() resource: object, @Body() body: object): object {
    return { resource, body };
  }

  @Get('documents/:id')
  @Owner({ load: Documents })
  document(@Param('id') id: string, @Resource({ required: true }) document: Document): object {
    return { id, document };
  }

  @Get('hidden/:id')
  @Owner({ load: Documents, hide: true })
  hidden(): object {
    return { reached: true };
  }

  @Get('numbered/:id')
  @Owner({ load: Documents, field: (each: Document) => each.ownerId, claim: 'account.number' })
  numbered(): object {
    return { reached: true };
  }

  @Get('organizations/:orgId')
  @SameOrg('params.orgId')
  organization(): object {
    return { reached: true };
  }

  @Get('queried')
  @SameOrg('query.org')
  queried(): object {
    return { reached: true };
  }

  @Get('trial/:outcome')
  @Authorize(ByOutcome, { outcome: arg('params.outcome') }, { dryRun: true })
  trial(): object {
    return { reached: true };
  }

  @Get('admin-or-owner/:id')
  @Authorize(anyOf(hasRole('admin'), not(hasRole('user'))))
  either(): object {
    return { reached: true };
  }
}

@Controller('organizations-of-class/:orgId')
@SameOrg('params.orgId')
export class OfOrganization {
  @Get('documents/:id')
  @Owner({ load: Documents })
  document(): object {
    return { reached: true };
  }
}

@Controller('owned-or-read')
@Owner({ load: Documents, safeMethods: ['GET'] })
export class OwnedOrRead {
  @Get(':id')
  read(): object {
    return { reached: true };
  }

  @Delete(':id')
  remove(): object {
    return { reached: true };
  }

  @All('all/:id')
  all(): object {
    return { reached: true };
  }
}
