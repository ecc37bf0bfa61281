import { isObject } from './equal.ts';
import { plainValue, UNUSUAL, unusual } from './yaml-lean-scalars.ts';

/**
 * What js-yaml writes of a value, in a fraction of the time, or undefined where one of its texts needs quotes or more than a line, or a number
 * its exponent: these are left to js-yaml. Block style, lists at the margin of their key.
 */
export function dumpLean(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  try {
    const written = isEmpty(value) ? `${inline(value)}\n` : block(value, '', 0);
    return written;
  } catch (error) {
    if (error === UNUSUAL) return undefined;
    throw error;
  }
}

/** Deeper values, and those that hold themselves, are js-yaml's. */
const MAX_DEPTH = 50;
/**
 * Texts of which every character is plain wherever it stands. What begins as a number does and has no letter, or a `_`, is a date or a number to
 * some reader (go-yaml reads 0.1_0 as one).
 */
const PLAIN = /^(?:[A-Za-z/][\w./-]*|(?=[\d./-]*[A-Za-z])\d[A-Za-z\d./-]*)$/;

/** The lines of a map or list. The first has no indentation: it may follow a dash. */
function block(value: object, indent: string, depth: number): string {
  if (depth > MAX_DEPTH) unusual();
  let written = '';
  if (Array.isArray(value)) {
    for (const item of value)
      written += `${written === '' ? '' : indent}- ${nested(item) ? block(item, `${indent}  `, depth + 1) : `${inline(item)}\n`}`;
    return written;
  }
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) unusual();
  for (const [key, member] of Object.entries(value)) {
    const head = `${written === '' ? '' : indent}${plain(key)}:`;
    if (!nested(member)) written += `${head} ${inline(member)}\n`;
    else {
      const inner = Array.isArray(member) ? indent : `${indent}  `;
      written += `${head}\n${inner}${block(member, inner, depth + 1)}`;
    }
  }
  return written;
}

const isEmpty = (value: object): boolean =>
  Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;

const nested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !isEmpty(value);

function inline(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return plain(value);
    case 'boolean':
      return String(value);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : unusual();
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return '[]';
      return Object.getPrototypeOf(value) === Object.prototype ? '{}' : unusual();
    default:
      return unusual();
  }
}

const plain = (text: string): string => (PLAIN.test(text) && plainValue(text) === text ? text : unusual());
