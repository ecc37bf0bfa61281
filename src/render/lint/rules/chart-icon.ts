import { metadataOf } from '../chartfile.ts';
import type { Rule } from '../rule.ts';

export const chartIcon: Rule = {
  name: 'chart-icon',
  severity: 'info',
  finds: 'A chart without an icon, which lists of charts show.',
  remedy: 'Write icon: https://… into Chart.yaml.',
  check(subject) {
    const metadata = metadataOf(subject);
    if (!metadata || metadata.data.icon) return [];
    return [{ message: 'Chart.yaml has no icon', place: metadata.at('/icon') }];
  },
};
