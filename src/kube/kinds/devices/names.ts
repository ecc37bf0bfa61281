import { type FieldError, invalid, required, tooLong } from '../../values/fielderrors.ts';
import { dns1123Label, dns1123Subdomain, type NameCheck } from '../../values/names.ts';
import { named, none, requiredName } from '../checks/checks.ts';
import { driverName } from '../checks/storage.ts';

/** Names of resource.k8s.io (Kubernetes `pkg/apis/resource/validation/validation.go`). */

const LONGEST_POOL_NAME = 253;
const LONGEST_IDENTIFIER = 32;

/** Parts between slashes, each a DNS subdomain. */
export function poolName(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  return [
    ...(name.length > LONGEST_POOL_NAME ? [tooLong(field, LONGEST_POOL_NAME)] : none),
    ...name.split('/').flatMap((part) => named(field, part, dns1123Subdomain)),
  ];
}

/** Of a device, and of a request for some. */
export const labelName = (name: string, field: string): readonly FieldError[] =>
  named(field, name, dns1123Label);

export const className = (name: string, field: string): readonly FieldError[] =>
  requiredName(field, name, dns1123Subdomain);

const cIdentifier: NameCheck = (name) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? undefined
    : "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

const identifier = (name: string, field: string): readonly FieldError[] => [
  ...(name.length > LONGEST_IDENTIFIER ? [tooLong(field, LONGEST_IDENTIFIER)] : none),
  ...named(field, name, cIdentifier),
];

/** Of an attribute or a capacity: `model`, or `gpu.example.com/model`. More slashes than one are let through, as there. */
export function attributeName(name: string, field: string): readonly FieldError[] {
  const [first = '', second, ...rest] = name.split('/');
  if (second === undefined) return identifier(first, field);
  if (rest.length > 0) return none;
  return [
    ...(first === '' ? [invalid(field, '', 'the domain must not be empty')] : driverName(first, field)),
    ...(second === '' ? [invalid(field, '', 'the name must not be empty')] : identifier(second, field)),
  ];
}

export const qualifiedAttribute = (name: string, field: string): readonly FieldError[] => [
  ...attributeName(name, field),
  ...(name.includes('/')
    ? none
    : [invalid(field, name, 'a fully qualified name must be a domain and a name separated by a slash')]),
];
