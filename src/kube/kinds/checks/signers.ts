import { type FieldError, invalid, required, tooLong } from '../../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain, type NameCheck } from '../../values/names.ts';
import { none } from './checks.ts';

const LONGEST_DOMAIN = 253;
const LONGEST_NAME = LONGEST_DOMAIN + 1 + 253 + 63 + 1;

/** `example.com/signer-name` (Kubernetes `pkg/apis/core/validation/names.go`, ValidateSignerName). */
export function signerName(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  const [domain = '', path = '', ...rest] = name.split('/');
  if (rest.length > 0 || !name.includes('/')) {
    const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalid(field, name, form)];
  }
  return [
    ...(domain.length > LONGEST_DOMAIN ? [tooLong(field, LONGEST_DOMAIN)] : none),
    ...firstBadLabel(field, domain, dns1123Label),
    ...(domain.includes('.')
      ? none
      : [invalid(field, domain, 'should be a domain with at least two segments separated by dots')]),
    ...firstBadLabel(field, path, dns1123Subdomain),
    ...(name.length > LONGEST_NAME ? [tooLong(field, LONGEST_NAME)] : none),
  ];
}

function firstBadLabel(field: string, segment: string, check: NameCheck): readonly FieldError[] {
  const label = segment.split('.').find((one) => check(one) !== undefined);
  return label === undefined
    ? none
    : [invalid(field, segment, `validating label ${JSON.stringify(label)}: ${check(label)}`)];
}
