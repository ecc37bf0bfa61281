import type { Rule } from '../rule.ts';

export const valuesSchema: Rule = {
  name: 'values-schema',
  severity: 'error',
  finds: 'Values that do not fit values.schema.json.',
  remedy: 'Correct the value or the schema.',
  reasons: ['SchemaViolation', 'InvalidSchema'],
};
