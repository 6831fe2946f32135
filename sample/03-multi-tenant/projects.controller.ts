import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
} from '@nestjs/common';
import { Authenticated, DenyImpersonation, Roles } from 'nestjs-portcullis';
import { Projects, type Project } from './projects.js';
import { WorkspaceId } from './workspace.js';

/** `:workspace` names a tenant, and so it must be that of the caller: see `tenant` in `app.module.ts`. */
@Controller('w/:workspace/projects')
export class ProjectsController {
  constructor(private readonly projects: Projects) {}

  @Authenticated()
  @Get()
  list(@WorkspaceId() workspace: string): readonly Project[] {
    return this.projects.in(workspace);
  }

  @Roles('editor', 'admin')
  @Post()
  create(@WorkspaceId() workspace: string, @Body('name') name: unknown): Project {
    if (typeof name !== 'string' || name === '') throw new BadRequestException();
    return this.projects.create(workspace, name);
  }

  @Roles('admin')
  @DenyImpersonation()
  @Delete(':id')
  @HttpCode(204)
  delete(@WorkspaceId() workspace: string, @Param('id', ParseIntPipe) id: number): void {
    if (!this.projects.delete(workspace, id)) throw new NotFoundException();
  }
}
