import { compileRegex } from '../../kube/values/pattern.ts';

/** A template as a suite names it, by its path in the chart: `templates/` may be left out, and so may the ending of Handlebars. */
export function inChart(name: string): string {
  const plain = name.replace(/\.hbs$|\.hbs(?=\.ya?ml$)/, '');
  const isPath = /^(templates\/|charts\/|crds\/|\*\*)/.test(plain);
  return isPath ? plain : `templates/${plain.replace(/^\.\//, '')}`;
}

/** Whether a name of a template fits a pattern of a suite: `*` and `**` stand for any characters of a path (helm-unittest, deep_copy.go). */
export function selects(pattern: string): (name: string) => boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => {
      if (part === '**') return '[0-9a-zA-Z_\\-/.]+';
      return part === '*' ? '[0-9a-zA-Z_\\-/.]*' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    })
    .join('');
  const regex = compileRegex(source);
  return (name) => regex.ok && regex.value.test(name);
}
