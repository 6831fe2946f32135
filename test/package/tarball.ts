/** The packed package, absolute. */
export function tarball(): string {
  const path = process.env['PORTCULLIS_TARBALL'];
  if (path === undefined)
    throw new Error('No tarball: run the Jest project "package", which packs');
  return path;
}
