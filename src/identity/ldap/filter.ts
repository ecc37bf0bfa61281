/** Search filters of LDAP as texts (RFC 4515). */

/** What a filter takes as a value and nothing else (RFC 4515 §3): a name is whatever a stranger sends. */
export const escapeValue = (value: string): string =>
  value.replaceAll(/[\\*()\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** `attribute` may have a matching rule behind it: `member:1.2.840.113556.1.4.1941:`. */
export const equals = (attribute: string, value: string): string => `(${attribute}=${escapeValue(value)})`;

export const allOf = (...filters: readonly string[]): string => `(&${filters.join('')})`;

export const anyOf = (filters: readonly string[]): string =>
  filters.length === 1 ? filters.join('') : `(|${filters.join('')})`;

/** Whether a text is one filter, so far as its parentheses tell: what follows it in a larger one must stay outside of it. */
export function isFilter(text: string): boolean {
  let depth = 0;
  for (const [i, sign] of [...text].entries()) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth < 0 || (depth === 0 && i < [...text].length - 1)) return false;
  }
  return text.startsWith('(') && depth === 0;
}
