import { Injectable } from '@nestjs/common';

export interface Project {
  readonly id: number;
  readonly workspace: string;
  readonly name: string;
}

/** Every question is asked with a tenant: there is no method that forgets it. */
@Injectable()
export class Projects {
  readonly #all = new Map<number, Project>();
  #lastId = 0;

  constructor() {
    this.create('acme', 'rocket');
    this.create('globex', 'submarine');
  }

  in(workspace: string): readonly Project[] {
    return [...this.#all.values()].filter((project) => project.workspace === workspace);
  }

  create(workspace: string, name: string): Project {
    this.#lastId += 1;
    const project = { id: this.#lastId, workspace, name };
    this.#all.set(project.id, project);
    return project;
  }

  /** @returns Whether there was such a project in this workspace. */
  delete(workspace: string, id: number): boolean {
    const isTheirs = this.#all.get(id)?.workspace === workspace;
    return isTheirs && this.#all.delete(id);
  }
}
