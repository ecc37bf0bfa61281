import { readText } from '../../../base/filetree.ts';
import { join } from '../../../charts/chart.ts';
import type { Rule } from '../rule.ts';
import { trapsIn } from '../yamltraps.ts';

export const yamlTrap: Rule = {
  name: 'yaml-trap',
  severity: 'warning',
  finds:
    'YAML in values that means something else than it looks like: a tab, a key given twice, 0123 as a number, yes and no as true and false.',
  remedy: 'Put text in quotes, and indent with spaces.',
  check: ({ request: { tree, path, valuesFiles } }) =>
    [...new Set([join(path, 'values.yaml'), join(path, 'Chart.yaml'), ...valuesFiles])].flatMap((file) => {
      const text = readText(tree, file);
      return text === undefined ? [] : trapsIn(text, file);
    }),
};
