/** Entry point of a rendering thread: one request in, one result out. See pool.ts. */
import { parentPort } from 'node:worker_threads';
import { failed, problemOf, type Result } from '../base/errors.ts';
import { renderInline } from './render.ts';
import type { Rendered } from './types.ts';
import { fromWire, type WireRequest } from './wire.ts';

function answer(wire: WireRequest): Result<Rendered> {
  try {
    return renderInline(fromWire(wire));
  } catch (error) {
    return failed(problemOf(error));
  }
}

parentPort?.on('message', (wire: WireRequest) => parentPort?.postMessage(answer(wire)));
