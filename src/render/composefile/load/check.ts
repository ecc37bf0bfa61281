import { suggest } from '../../../charts/suggest.ts';
import { type Fate, type Grammar, PROJECT } from './grammar.data.ts';
import { entriesOf, isNull, type MapNode, type Node } from './node.ts';
import { isFull, type Report, refuse, warn } from './report.ts';

/** Names what a project holds that is not of the specification, or that no cluster does. */
export function checkProject(project: MapNode, report: Report): void {
  checkMap(project, PROJECT, [], report);
}

function checkMap(
  node: MapNode,
  { keys, below = {} }: Grammar,
  path: readonly string[],
  report: Report,
): void {
  for (const [key, value] of entriesOf(node)) {
    const fate = fateOf(keys, key);
    const here = [...path, key];
    if (fate === undefined) unknownKey(value, here, Object.keys(keys), report);
    else if (!isNull(value)) tell(value, fate, here, report);
    const inside = Object.hasOwn(below, key) ? below[key] : below['*'];
    if (inside) checkBelow(value, inside, here, report);
  }
}

const fateOf = (keys: Grammar['keys'], key: string): Fate | undefined =>
  Object.hasOwn(keys, key) ? keys[key] : (keys['*'] ?? (key.startsWith('x-') ? 'quiet' : undefined));

function checkBelow(node: Node, grammar: Grammar, path: readonly string[], report: Report): void {
  if (node.kind === 'map') checkMap(node, grammar, path, report);
  if (node.kind === 'list')
    for (const item of node.items) if (item.kind === 'map') checkMap(item, grammar, path, report);
}

function tell(node: Node, fate: Fate, path: readonly string[], report: Report): void {
  if (typeof fate === 'string') return;
  if ('warn' in fate)
    warn(report, node, 'NotSupported', `${path.join('.')} is left out: ${fate.warn}`, fate.remedy);
  else refuse(report, node, 'NotSupported', `${path.join('.')}: ${fate.refuse}`, fate.remedy);
}

function unknownKey(node: Node, path: readonly string[], known: readonly string[], report: Report): void {
  const key = (path.at(-1) ?? '').slice(0, 100);
  const around = path.slice(0, -1).join('.');
  const near = isFull(report) ? undefined : suggest(key, known);
  const remedy = near ?? `Known here: ${known.join(', ')}. What is your own begins with x-.`;
  refuse(report, node, 'UnknownKey', `${key} is not a key of ${around || 'a compose file'}`, remedy);
}
