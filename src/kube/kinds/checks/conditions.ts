import { type FieldError, notSupported, required, tooLong } from '../../values/fielderrors.ts';
import { type NameCheck, qualifiedName } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { atLeast, duplicates, named, none } from './checks.ts';
import { textAt } from './read.ts';

export const CONDITION_STATUSES = ['False', 'True', 'Unknown'];
const LONGEST_REASON = 1024;
const LONGEST_MESSAGE = 32 * 1024;

const conditionReason: NameCheck = (text) =>
  /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(text)
    ? undefined
    : "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

/** Conditions as newer kinds have them (apimachinery `meta/v1/validation`, ValidateConditions). */
export const conditions = (items: readonly JsonObject[], path: string): readonly FieldError[] => [
  ...duplicates(items, 'type', path),
  ...items.flatMap((item, i) => condition(item, `${path}[${i}]`)),
];

function condition(self: JsonObject, at: string): readonly FieldError[] {
  const reason = textAt(self, 'reason');
  return [
    ...named(`${at}.type`, textAt(self, 'type'), qualifiedName),
    ...(CONDITION_STATUSES.includes(textAt(self, 'status'))
      ? none
      : [notSupported(`${at}.status`, textAt(self, 'status'), CONDITION_STATUSES)]),
    ...atLeast(self, 'observedGeneration', at, 0),
    ...(textAt(self, 'lastTransitionTime') === '' ? [required(`${at}.lastTransitionTime`)] : none),
    ...(reason === '' ? [required(`${at}.reason`)] : named(`${at}.reason`, reason, conditionReason)),
    ...(reason.length > LONGEST_REASON ? [tooLong(`${at}.reason`, LONGEST_REASON)] : none),
    ...(textAt(self, 'message').length > LONGEST_MESSAGE
      ? [tooLong(`${at}.message`, LONGEST_MESSAGE)]
      : none),
  ];
}
