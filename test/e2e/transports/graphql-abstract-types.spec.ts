import {
  createUnionType,
  Field,
  InterfaceType,
  ObjectType,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { CurrentUser, opaqueToken, Public, Roles, type Identity } from '../../../lib/index.js';
import type { RunningApplication } from '../http/application.js';
import {
  bearer,
  post,
  SERVERS,
  startGraphql,
  type GraphqlAnswer,
  type GraphqlOptions,
} from './graphql-application.js';

const TEXT = (): StringConstructor => String;

@ObjectType('Cat')
class Cat {
  @Field(TEXT)
  name = 'Tom';
}

@ObjectType('Dog')
class Dog {
  @Field(TEXT)
  name = 'Rex';
}

/** Told apart by a function. */
const Pet = createUnionType({
  name: 'Pet',
  types: () => [Cat, Dog] as const,
  resolveType: (value: { name: string }) => (value.name === 'Tom' ? Cat : Dog),
});

/** Told apart by class. */
const Friend = createUnionType({ name: 'Friend', types: () => [Cat, Dog] as const });

@InterfaceType('Named', {
  resolveType: async (value: { name: string }) => {
    await Promise.resolve();
    return value.name === 'Mia' ? 'Parrot' : 'Fish';
  },
})
abstract class Named {
  @Field(TEXT)
  name = '';
}

@ObjectType('Parrot', { implements: () => [Named] })
class Parrot extends Named {
  @Field(TEXT, { nullable: true })
  word?: string;
}

@ObjectType('Fish', { implements: () => [Named] })
class Fish extends Named {}

@Resolver()
class Pets {
  @Query(() => [Pet])
  pets(): object[] {
    return [{ name: 'Tom' }, { name: 'Rex' }];
  }

  @Query(() => [Friend])
  friends(): object[] {
    return [new Dog(), new Cat()];
  }

  @Roles('admin')
  @Query(() => Pet, { nullable: true })
  tiger(): object {
    return { name: 'Tom' };
  }

  @Query(() => [Named])
  named(): object[] {
    return [{ name: 'Mia' }, { name: 'Nemo' }];
  }
}

/** Of what an interface resolves to, a field that not everybody reads. */
@Resolver(() => Parrot)
class Parrots {
  @Roles('admin')
  @ResolveField(TEXT, { nullable: true })
  word(): string {
    return 'secret';
  }
}

/** One for all requests. */
const SHARED = Object.freeze({ name: 'shared' });

const SCHEMA = `
  type Tea { name: String }
  type Coffee { name: String }
  union Drink = Tea | Coffee
  union Guarded = Tea | Coffee
  type Query { drinks: [Drink]  guarded: [Guarded] }
`;

@Resolver('Drink')
class Drinks {
  @Query('drinks')
  drinks(): object[] {
    return [{ name: 'Earl Grey' }, { name: 'Mocha' }];
  }

  /** As the documentation of Nest has it. Nest hands it no guards, whatever it is told. */
  @ResolveField()
  __resolveType({ name }: { readonly name: string }): string {
    return name === 'Mocha' ? 'Coffee' : 'Tea';
  }
}

/** Who asked for the type. */
const askers: unknown[] = [];

@Resolver('Guarded')
class GuardedDrinks {
  @Public()
  @Query('guarded')
  guarded(): object[] {
    return [SHARED];
  }

  /** Under a name of its own, Nest takes it for a field, and hands it the guards. */
  @ResolveField('__resolveType')
  kind(@CurrentUser('subject') subject: unknown): string {
    askers.push(subject);
    return 'Tea';
  }
}

describe.each(SERVERS)('unions and interfaces of %s', (server) => {
  const guarded: GraphqlOptions = { fieldResolverEnhancers: ['guards'] };

  const resolve = async (token: string): Promise<Identity | null> => {
    await new Promise((done) => setImmediate(done));
    const [, subject = '', ...roles] = token.split('_');
    return { subject, roles };
  };

  const started = (
    providers: NonNullable<Parameters<typeof startGraphql>[1]['providers']>,
    options: object = {},
  ): Promise<RunningApplication> =>
    startGraphql(
      server,
      { providers, auth: { credentials: [opaqueToken({ prefix: 'pat_', resolve })] } },
      { ...guarded, ...options },
    );

  describe('that are made of classes', () => {
    let api: RunningApplication;

    beforeAll(async () => {
      const buildSchemaOptions = { orphanedTypes: [Fish] };
      api = await started([Pets, Parrots], { buildSchemaOptions });
    });

    afterAll(() => api.close());

    const NAMES = '__typename ... on Cat { cat: name } ... on Dog { dog: name }';
    const ask = (query: string, token?: string): Promise<GraphqlAnswer> =>
      post(api, { query }, bearer(token));

    it('are told apart by a function or by class, for who may ask', async () => {
      const tom = { __typename: 'Cat', cat: 'Tom' };
      const rex = { __typename: 'Dog', dog: 'Rex' };
      const query = `{ pets { ${NAMES} } friends { ${NAMES} } }`;
      const answer = await ask(query, 'pat_ann');
      expect(answer).toMatchObject({
        errors: [],
        data: { pets: [tom, rex], friends: [rex, tom] },
      });
    });

    it('tell nothing of what is refused', async () => {
      const { data, errors } = await ask(`{ tiger { ${NAMES} } }`, 'pat_ann');
      expect(data).toEqual({ tiger: null });
      expect(errors).toMatchObject([{ path: ['tiger'], extensions: { code: 'FORBIDDEN' } }]);
      const nobody = await ask(`{ tiger { ${NAMES} } }`);
      expect(nobody.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    });

    it('have fields that are guarded by what the value turned out to be', async () => {
      const query = '{ named { __typename name ... on Parrot { word } } }';
      const named = (word: string | null): object => ({
        named: [
          { __typename: 'Parrot', name: 'Mia', word },
          { __typename: 'Fish', name: 'Nemo' },
        ],
      });
      expect((await ask(query, 'pat_ann')).data).toEqual(named(null));
      expect((await ask(query, 'pat_root_admin')).data).toEqual(named('secret'));
    });
  });

  describe('that are resolved by a method', () => {
    let api: RunningApplication;

    beforeAll(async () => {
      api = await started([Drinks, GuardedDrinks], { autoSchemaFile: false, typeDefs: SCHEMA });
    });

    beforeEach(() => {
      askers.length = 0;
    });

    afterAll(() => api.close());

    const ask = (field: string, token?: string): Promise<GraphqlAnswer> =>
      post(
        api,
        { query: `{ ${field} { __typename ... on Tea { name } ... on Coffee { name } } }` },
        bearer(token),
      );

    it('`__resolveType` stands in the way of nobody who may ask', async () => {
      expect(await ask('drinks', 'pat_ann')).toMatchObject({
        errors: [],
        data: {
          drinks: [
            { __typename: 'Tea', name: 'Earl Grey' },
            { __typename: 'Coffee', name: 'Mocha' },
          ],
        },
      });
      expect((await ask('drinks')).errors).toMatchObject([
        { path: ['drinks'], extensions: { code: 'UNAUTHENTICATED' } },
      ]);
    });

    it('under another name it is guarded as a field is, for each request by itself', async () => {
      const reached = { guarded: [{ __typename: 'Tea', name: 'shared' }] };
      const refused = [{ extensions: { code: 'UNAUTHENTICATED' } }];
      expect((await ask('guarded')).errors).toMatchObject(refused);
      expect((await ask('guarded', 'pat_ann')).data).toEqual(reached);
      expect((await ask('guarded', 'pat_bob')).data).toEqual(reached);
      expect(askers).toEqual(['ann', 'bob']);
      // The value is the same object, whoever asks.
      expect((await ask('guarded')).errors).toMatchObject(refused);
      expect(askers).toEqual(['ann', 'bob']);
    });
  });
});
