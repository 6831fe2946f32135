import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Delete,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { Accepts, ApiKeys, OrgId, Roles, type IssuedApiKey } from 'nestjs-portcullis';

const LIFETIME_SECONDS = 90 * 86_400;
const LONGEST_OVERLAP_SECONDS = 86_400;

interface ShownKey {
  readonly id: string;
  /** Shown this once: only a digest of it is kept. */
  readonly key: string;
}

/** The keys of an organization, for its admins. `ApiKeys` lets anybody do anything: who may is said here. */
@Controller('keys')
@Accepts('session')
@Roles('admin')
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @Header('Cache-Control', 'no-store')
  async create(
    @OrgId() organizationId: string,
    @Body() { service, mayWrite }: { readonly service?: unknown; readonly mayWrite?: unknown },
  ): Promise<ShownKey> {
    if (typeof service !== 'string' || service === '') throw new BadRequestException();
    const scopes = ['invoices:read', ...(mayWrite === 'yes' ? ['invoices:write'] : [])];
    const issued = await this.keys.create({
      subject: `service:${service}`,
      organizationId,
      scopes,
      expiresInSeconds: LIFETIME_SECONDS,
    });
    return shown(issued);
  }

  /** The old key holds on while its holder brings the new one out. */
  @Post(':id/rotation')
  @Header('Cache-Control', 'no-store')
  async rotate(
    @OrgId() organizationId: string,
    @Param('id') id: string,
    @Body() { overlapSeconds }: { readonly overlapSeconds?: unknown },
  ): Promise<ShownKey> {
    await this.#assertOwn(id, organizationId);
    const given = Number(overlapSeconds ?? LONGEST_OVERLAP_SECONDS);
    const overlap = Math.min(Math.max(given || 0, 0), LONGEST_OVERLAP_SECONDS);
    try {
      const end = { overlapSeconds: overlap, expiresInSeconds: LIFETIME_SECONDS };
      return shown(await this.keys.rotate(id, end));
    } catch (failure) {
      if (failure instanceof RangeError) throw new ConflictException('The key holds no longer');
      throw failure;
    }
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@OrgId() organizationId: string, @Param('id') id: string): Promise<void> {
    await this.#assertOwn(id, organizationId);
    await this.keys.revoke(id);
  }

  /** The key of another organization does not exist. */
  async #assertOwn(id: string, organizationId: string): Promise<void> {
    const record = await this.keys.find(id);
    if (record?.organizationId !== organizationId) throw new NotFoundException();
  }
}

function shown({ key, record }: IssuedApiKey): ShownKey {
  return { id: record.id, key };
}
