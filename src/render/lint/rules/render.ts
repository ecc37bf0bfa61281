import type { Rule } from '../rule.ts';

export const render: Rule = {
  name: 'render',
  severity: 'error',
  finds:
    'What cannot be rendered or delivered: an error of a template, a file that is missing, a namespace that is not the own one.',
  remedy: 'Correct it: a push would be refused for the same reason.',
};
