import { RULES } from '../../../render/lint/list.ts';
import type { Finding } from '../../../render/lint/rule.ts';
import type { Format } from './format.ts';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** SARIF 2.1.0 (OASIS): what code scanning reads. */
export const sarif: Format = ({ findings, version }) =>
  JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'pilotage chart lint',
            version,
            rules: RULES.map(({ name, severity, finds, remedy }) => ({
              id: name,
              shortDescription: { text: finds },
              help: { text: remedy },
              defaultConfiguration: { level: LEVELS[severity] },
            })),
          },
        },
        results: findings.map(resultOf),
      },
    ],
  });

function resultOf({ rule, severity, message, remedy, place }: Finding): object {
  const region =
    place?.line === undefined
      ? {}
      : {
          region: {
            startLine: place.line,
            ...(place.column === undefined ? {} : { startColumn: place.column }),
          },
        };
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ name }) => name === rule),
    level: LEVELS[severity],
    message: { text: `${message}\n${remedy}` },
    locations: place
      ? [{ physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, ...region } }]
      : [],
  };
}

/** A path is a URI once its segments are encoded. */
const uriOf = (file: string): string => file.split('/').map(encodeURIComponent).join('/');
