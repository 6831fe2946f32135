import { TestIssuer } from 'nestjs-portcullis/testing';

const NAMES = ['acme', 'globex', 'initech', 'operators'] as const;

/** Who there is an issuer of. */
type Name = (typeof NAMES)[number];

/** An issuer for each tenant, and one for those who run the product: in this process, for the sample. */
export type Issuers = Readonly<Record<Name, TestIssuer>>;

export async function startIssuers(): Promise<Issuers> {
  const started = NAMES.map(
    async (name) =>
      [
        name,
        await TestIssuer.start({
          algorithms: ['ES256'],
          audience: 'api://projects',
          path: `/${name}`,
        }),
      ] as const,
  );
  return Object.fromEntries(await Promise.all(started)) as Issuers;
}

/** In every tenant there is an Ann, and she is somebody else in each. */
export async function mintTokens(issuers: Issuers): Promise<Readonly<Record<string, string>>> {
  const lifetime = { lifetimeSeconds: 3600 };
  const { acme, globex, initech, operators } = issuers;
  const support = { sub: 'support-7', reason: 'ticket 4711' };
  return {
    acme: await acme.token({ sub: 'ann', roles: ['editor'] }, lifetime),
    globex: await globex.token({ sub: 'ann', roles: ['admin'] }, lifetime),
    initech: await initech.token({ sub: 'ann', roles: ['editor'] }, lifetime),
    support: await acme.token({ sub: 'ann', roles: ['editor'], act: support }, lifetime),
    operator: await operators.token({ sub: 'olga', roles: ['operator'] }, lifetime),
  };
}
