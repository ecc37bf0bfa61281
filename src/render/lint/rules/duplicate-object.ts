import type { Rule } from '../rule.ts';

export const duplicateObject: Rule = {
  name: 'duplicate-object',
  severity: 'error',
  finds: 'An object that is written twice, with different content.',
  remedy: 'Remove one of the two, or give it another name.',
  reasons: ['DuplicateObject'],
};
