import type { Engine } from './engine/engine.ts';
import { refOf } from './labels.ts';

/** Removes every container that carries all labels; sandboxes last, for a container that uses a network keeps it. */
export async function removeAll(engine: Engine, labels: readonly string[]): Promise<void> {
  const all = await engine.list(labels);
  for (const isSandbox of [false, true]) {
    const some = all.filter(({ Labels }) => (refOf(Labels) === undefined) === isSandbox);
    await Promise.all(some.map(({ Id }) => engine.remove(Id)));
  }
}
