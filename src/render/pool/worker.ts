/** Entry point of a rendering process: one request in, one answer out. See pool.ts. */

import { failed, problemOf, type Result } from '../../base/errors.ts';
import { closeInheritedFiles } from '../../base/inheritedfiles.ts';
import { systemChance } from '../chance.ts';
import { handlebars } from '../handlebars/engine.ts';
import { boundAnswer } from '../manifests/bounds.ts';
import { render } from '../render.ts';
import type { Rendered } from '../types.ts';
import { keepingTrees, READY, type WireRequest } from './wire.ts';

const requestOf = keepingTrees();

async function answer(wire: WireRequest): Promise<Result<Rendered>> {
  try {
    return boundAnswer(await render(requestOf(wire), handlebars, systemChance));
  } catch (error) {
    return boundAnswer(failed(problemOf(error)));
  }
}

closeInheritedFiles();
process.on('message', async (wire: WireRequest) => {
  const answered = await answer(wire);
  try {
    process.send?.(answered);
  } catch (error) {
    // Something in it is no plain value; the process would end, and name nothing.
    process.send?.(failed(problemOf(error)));
  }
});
// Ctrl-C in a terminal reaches every process of its group: the daemon decides when this one ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.send?.(READY);
