import type { ModulesContainer } from '@nestjs/core';

/** Where GraphQLModule keeps its options. */
const OPTIONS = 'GqlModuleOptions';

/** What each GraphQLModule of an application is told. */
export function graphqlModuleOptions(modules: ModulesContainer): readonly object[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const instance: unknown = providers.get(OPTIONS)?.instance;
    return typeof instance === 'object' && instance !== null ? [instance] : [];
  });
}
