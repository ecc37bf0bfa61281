/** The functions that every template has (text/template's builtins). */
export const BUILTIN_NAMES: ReadonlySet<string> = new Set([
  ...[
    'and',
    'call',
    'html',
    'index',
    'slice',
    'js',
    'len',
    'not',
    'or',
    'print',
    'printf',
    'println',
    'urlquery',
  ],
  ...['eq', 'ge', 'gt', 'le', 'lt', 'ne'],
]);
