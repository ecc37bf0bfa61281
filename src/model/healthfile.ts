import { compileOnObject } from '../kube/rules/objectexpression.ts';
import type { HealthRule } from './deliveryfile.ts';
import { HEALTH } from './pilotagegrammar.ts';
import { type Cursor, complain, placeOf, readList } from './reader.ts';

/** So many rules, of so many characters each: they are compiled on the main thread, at every push. */
const MOST_RULES = 50;
const LONGEST = 1000;

const STATES = ['healthy', 'progressing', 'degraded', 'suspended'] as const;

/** `health` of a delivery. Expressions are compiled here, so that what is wrong with one is said with its line. */
export function readHealth(at: Cursor | undefined): readonly HealthRule[] {
  const items = readList(at);
  if (at && items.length > MOST_RULES)
    complain(at, 'WrongValue', `has ${items.length} rules; ${MOST_RULES} are the most`);
  const seen = new Set<string>();
  return items.slice(0, MOST_RULES).flatMap((item) => {
    const rule = readRule(item);
    if (rule === undefined) return [];
    const type = `${rule.group}/${rule.kind}`;
    if (seen.has(type))
      complain(item, 'DuplicateName', `${rule.kind} has a rule already`, 'One rule names all its states.');
    seen.add(type);
    return [rule];
  });
}

function readRule(at: Cursor): HealthRule | undefined {
  const fields = HEALTH.open(at);
  if (!HEALTH.isComplete(at, fields)) return undefined;
  const kind = fields.kind.read();
  const group = fields.group.read() ?? '';
  const said = STATES.flatMap((state) => {
    const source = readExpression(fields[state].at, fields[state].read(), 'bool');
    return source === undefined ? [] : [[state, source] as const];
  });
  const message = readExpression(fields.message.at, fields.message.read(), 'string');
  if (!STATES.some((state) => fields[state].at))
    return complain(
      at,
      'MissingField',
      'says nothing of a state',
      "Write when it is degraded or healthy: healthy: object.status.phase == 'Ready'",
    );
  if (kind === undefined) return undefined;
  // What is in a Secret would be told bit by bit to who may only push.
  if (group === '' && kind === 'Secret')
    return complain(
      fields.kind.at ?? at,
      'WrongValue',
      'the health of a Secret has no rules: it would be told by them',
    );
  return { group, kind, ...Object.fromEntries(said), ...(message ? { message } : {}), place: placeOf(at) };
}

function readExpression(
  at: Cursor | undefined,
  source: string | undefined,
  wanted: 'bool' | 'string',
): string | undefined {
  if (at === undefined || source === undefined) return undefined;
  if (source.length > LONGEST)
    return complain(at, 'WrongValue', `has ${source.length} characters; ${LONGEST} are the most`);
  const compiled = compileOnObject(source, wanted);
  if (compiled.ok) return source;
  return complain(
    at,
    'WrongValue',
    `at ${compiled.at} of the expression: ${compiled.message}`,
    'Expressions are CEL and name the object: object.status.phase == "Ready"',
  );
}
