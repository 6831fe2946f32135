import type { DynamicModule, Type } from '@nestjs/common';
import { AuthConfigurationError } from '../../lib/index.js';
import { create, moduleOf } from '../e2e/http/application.js';

/** Boots an application of the given modules, and tells with what sentence it was refused. */
export async function boot(...imports: (DynamicModule | Type)[]): Promise<string> {
  try {
    const app = await create('express', moduleOf({ imports }));
    await app.close();
    return 'booted';
  } catch (error) {
    expect(error).toBeInstanceOf(AuthConfigurationError);
    return (error as Error).message;
  }
}
