import type { Rule } from '../rule.ts';

export const renderWarning: Rule = {
  name: 'render-warning',
  severity: 'warning',
  finds:
    'What a render warns of: hooks that are left out, files that are passed over, values that a chart cannot take.',
  remedy: 'Look whether it is meant so.',
};
