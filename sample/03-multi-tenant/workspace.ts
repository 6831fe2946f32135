import { createTenantDecorator } from 'nestjs-portcullis';

/** The tenant of the caller, by the name that this product has for it. */
export const WorkspaceId = createTenantDecorator('WorkspaceId');
