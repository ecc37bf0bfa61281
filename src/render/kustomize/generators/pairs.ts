import type { Place } from '../../../base/place.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import type { GeneratorArgs } from '../kustomization/fields.ts';
import { isText } from './data.ts';

export type Pairs = ReadonlyMap<string, Uint8Array>;

/** What the sources of a generator hold: env files, literals, files, in this order (api `kv/kv.go`). @throws ProblemError */
export function readPairs(args: GeneratorArgs, files: Files): Pairs {
  const { place, name = '' } = args;
  const envs = [...(args.envs ?? []), ...(args.env === undefined ? [] : [args.env])];
  const all: (readonly [string, Uint8Array])[] = [
    ...envs.flatMap((path) => envPairs(path, files, place)),
    ...(args.literals ?? []).map((literal) => literalPair(literal, place)),
    ...(args.files ?? []).map((source) => filePair(source, files, place)),
  ];
  const pairs = new Map<string, Uint8Array>();
  for (const [key, value] of all) {
    if (pairs.has(key))
      throw refuse(`The generator of ${name} gives the key ${key} twice`, place, 'Remove one.');
    pairs.set(key, value);
  }
  return pairs;
}

function envPairs(path: string, files: Files, place: Place): [string, Uint8Array][] {
  const { bytes, text, file } = files.load(path, place);
  if (!isText(bytes)) throw refuse(`The env file ${path} is not UTF-8`, { file });
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((line): [string, Uint8Array][] => {
    const trimmed = line.replace(/\r$/, '').replace(/^\s+/, '');
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const equals = trimmed.indexOf('=');
    const key = equals < 0 ? trimmed : trimmed.slice(0, equals);
    return key === '' ? [] : [[key, Buffer.from(equals < 0 ? '' : trimmed.slice(equals + 1))]];
  });
}

function literalPair(literal: string, place: Place): [string, Uint8Array] {
  const equals = literal.indexOf('=');
  if (equals <= 0) throw refuse(`The literal ${JSON.stringify(literal)} is not key=value`, place);
  const value = literal.slice(equals + 1);
  const isQuoted = value.length > 1 && /^["']/.test(value) && value.at(-1) === value[0];
  return [literal.slice(0, equals), Buffer.from(isQuoted ? value.slice(1, -1) : value)];
}

function filePair(source: string, files: Files, place: Place): [string, Uint8Array] {
  const parts = source.split('=');
  const [first = '', second] = parts;
  if (parts.length > 2 || first === '' || second === '') {
    throw refuse(
      `The file ${JSON.stringify(source)} is neither a path nor key=path`,
      place,
      'Write the path, or the key, an equals sign and the path.',
    );
  }
  const path = second ?? first;
  const key = second === undefined ? (path.split('/').findLast((part) => part !== '') ?? path) : first;
  return [key, files.load(path, place).bytes];
}
