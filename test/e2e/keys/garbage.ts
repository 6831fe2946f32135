import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects garbage now: what is only weakly held does not survive it. */
export const collectGarbage = runInNewContext('gc') as () => void;
