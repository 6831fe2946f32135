import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** After the last spec: removes what `pack.ts` made. */
export default function discard(): void {
  const tarball = process.env['PORTCULLIS_TARBALL'];
  if (tarball !== undefined) rmSync(dirname(tarball), { recursive: true });
}
