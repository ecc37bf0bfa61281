import { problemOf } from '../base/errors.ts';
import type { ForgeOf } from './forge.ts';

/** What whoever connects a delivery is told of its forge: whether the token works there, and what it may do. Undefined: there is none. */
export async function wordOfForge(forgeOf: ForgeOf, delivery: string): Promise<string | undefined> {
  try {
    const forge = await forgeOf(delivery);
    if (!forge) return undefined;
    const rights = await forge.rights();
    const where = `${forge.at} (${forge.kind})`;
    if (!rights.ok) {
      const { message, remedy } = rights.problem;
      return `${where} cannot be asked: ${message}${remedy ? `\n    → ${remedy}` : ''}`;
    }
    const { push } = rights.value;
    if (push === 'unknown') return `${where}: the token may read it; what else it may do is not said there.`;
    return push
      ? `${where}: the token may read it and push branches.`
      : `${where}: the token may read it, and may not push branches: promotions are pull requests from the branch of their source, and statuses may be refused.`;
  } catch (error) {
    return `Its forge cannot be asked: ${problemOf(error).message}`;
  }
}
