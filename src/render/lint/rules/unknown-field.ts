import type { Rule } from '../rule.ts';

export const unknownField: Rule = {
  name: 'unknown-field',
  severity: 'warning',
  finds: 'A field that its kind does not have: the API server drops it.',
  remedy: 'Correct its name or its indentation.',
  reasons: ['UnknownField'],
};
