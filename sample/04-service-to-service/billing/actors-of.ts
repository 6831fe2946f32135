import type { Principal } from 'nestjs-portcullis';

/** Who acts in somebody's name: who called us first, and within it whoever it acted for (RFC 8693 section 4.1). */
export function actorsOf({ claims }: Principal): readonly string[] {
  const actors: string[] = [];
  let { act } = claims;
  while (isActor(act)) {
    actors.push(act.sub);
    ({ act } = act);
  }
  return actors;
}

function isActor(act: unknown): act is { readonly sub: string; readonly act?: unknown } {
  return typeof act === 'object' && act !== null && 'sub' in act && typeof act.sub === 'string';
}
