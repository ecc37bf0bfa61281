import type { Format } from './format.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** Annotations of GitHub Actions (docs.github.com, Workflow commands): they are shown at their lines in a pull request. */
export const github: Format = ({ findings }) =>
  findings
    .map(({ severity, rule, place, message, remedy }) => {
      const properties = [
        ...(place ? [`file=${property(place.file)}`] : []),
        ...(place?.line === undefined ? [] : [`line=${place.line}`]),
        ...(place?.column === undefined ? [] : [`col=${place.column}`]),
        `title=${property(rule)}`,
      ];
      return `::${COMMANDS[severity]} ${properties.join(',')}::${data(`${message}\n${remedy}`)}`;
    })
    .join('\n');

/** As the toolkit of GitHub Actions escapes them (packages/core/src/command.ts). */
const data = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (value: string): string => data(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
