import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Where Chromium is: `CHROMIUM`, or in the path.
 *
 * @returns `undefined` where there is none, having said so.
 * @throws {Error} In its stead, where `REQUIRE_CHROMIUM=1`.
 */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '', REQUIRE_CHROMIUM } = process.env;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = [...(CHROMIUM === undefined ? [] : [CHROMIUM]), ...places].find(isProgram);
  if (found === undefined && REQUIRE_CHROMIUM === '1') throw new Error('There is no Chromium');
  if (found === undefined) console.warn('Skipped, for there is no Chromium: the page of a sample');
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
