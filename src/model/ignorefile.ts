import { parseFieldPath } from '../kube/values/fieldpaths.ts';
import type { IgnoreRule } from './deliveryfile.ts';
import { IGNORE } from './pilotagegrammar.ts';
import { type Cursor, complain, readList } from './reader.ts';
import { FIELD_MANAGER } from './types.ts';

/** `ignore` of an environment or an app. Paths are read here, so that what is wrong with one is said with its line. */
export const readIgnore = (at: Cursor | undefined): readonly IgnoreRule[] =>
  readList(at).flatMap((item) => readRule(item) ?? []);

function readRule(at: Cursor): IgnoreRule | undefined {
  const fields = IGNORE.open(at);
  if (!IGNORE.isComplete(at, fields)) return undefined;
  const kind = fields.kind.read();
  const name = fields.name.read();
  const paths = readList(fields.paths.at).flatMap((item) => readFieldPath(item) ?? []);
  const managers = readList(fields.managers.at).flatMap((item) => readManager(item) ?? []);
  if (!fields.paths.at && !fields.managers.at)
    return complain(
      at,
      'MissingField',
      'names neither paths nor managers',
      'Write paths: [/spec/replicas], or managers: with the field managers whose fields are left to them.',
    );
  return kind === undefined ? undefined : { kind, ...(name ? { name } : {}), paths, managers };
}

/** Fields that say what an object is, and whose. */
const NEEDED = ['apiVersion', 'kind', 'metadata', 'metadata/name', 'metadata/namespace'];
const MARKED = ['metadata/annotations', 'metadata/labels'];

function readFieldPath(at: Cursor): string | undefined {
  if (typeof at.value !== 'string')
    return complain(at, 'WrongType', 'must be a path, such as /spec/replicas');
  const path = parseFieldPath(at.value);
  if (!path.ok) return complain(at, 'WrongValue', path.problems[0].message);
  const members = path.value.map((step) => ('member' in step ? step.member : '*'));
  const [named, under] = [members.join('/'), members.slice(0, 2).join('/')];
  if (NEEDED.includes(named))
    return complain(at, 'WrongValue', `${at.value} says what the object is, and cannot be ignored`);
  const isOurs = members.length === 3 && MARKED.includes(under) && members[2]?.startsWith('pilotage.dev/');
  if (MARKED.includes(named) || isOurs)
    return complain(
      at,
      'WrongValue',
      `${at.value} holds the marks that say whose the object is, and cannot be ignored`,
      'Name the annotation or label that is meant: .metadata.annotations["example.com/seen"].',
    );
  return at.value;
}

function readManager(at: Cursor): string | undefined {
  if (typeof at.value !== 'string' || at.value === '')
    return complain(at, 'WrongType', 'must be the name of a field manager, such as cert-manager');
  if (at.value === FIELD_MANAGER)
    return complain(at, 'WrongValue', `${FIELD_MANAGER} is who writes what git says: nothing would be left`);
  return at.value;
}
