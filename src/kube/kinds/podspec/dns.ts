import { parseIp } from '../../../base/ip.ts';
import { type FieldError, invalid, required } from '../../values/fielderrors.ts';
import { dns1123Subdomain } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { named, none } from '../checks/checks.ts';
import { listAt, objectAt, objectsAt, textAt } from '../checks/read.ts';

const MOST_SERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_SEARCHES = 2048;

/** How names are resolved in a pod (Kubernetes `pkg/apis/core/validation/validation.go`, validatePodDNSConfig). */
export function validateDns(spec: JsonObject, path: string): readonly FieldError[] {
  const at = `${path}.dnsConfig`;
  const config = objectAt(spec, 'dnsConfig');
  const servers = listAt(config, 'nameservers').map(String);
  const searches = listAt(config, 'searches').map(String);
  if (spec.dnsPolicy === 'None' && spec.dnsConfig === undefined) {
    return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
  }
  if (spec.dnsPolicy === 'None' && servers.length === 0) {
    return [
      required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    ];
  }
  return [
    ...(servers.length > MOST_SERVERS
      ? [invalid(`${at}.nameservers`, servers, `must not have more than ${MOST_SERVERS} nameservers`)]
      : none),
    ...servers.flatMap((server, i) => address(server, `${at}.nameservers[${i}]`)),
    ...(searches.length > MOST_SEARCHES
      ? [invalid(`${at}.searches`, searches, `must not have more than ${MOST_SEARCHES} search paths`)]
      : none),
    ...(searches.join(' ').length > LONGEST_SEARCHES
      ? [
          invalid(
            `${at}.searches`,
            searches,
            `must not have more than ${LONGEST_SEARCHES} characters (including spaces) in the search list`,
          ),
        ]
      : none),
    ...searches
      .map((search) => search.replace(/\.$/, '').replaceAll('_', '-'))
      .flatMap((search, i) =>
        search === '' ? none : named(`${at}.searches[${i}]`, search, dns1123Subdomain),
      ),
    ...objectsAt(config, 'options').flatMap((option, i) =>
      textAt(option, 'name') === '' ? [required(`${at}.options[${i}]`, 'must not be empty')] : none,
    ),
    ...objectsAt(spec, 'hostAliases').flatMap((alias, i) => [
      ...address(textAt(alias, 'ip'), `${path}.hostAliases[${i}].ip`),
      ...listAt(alias, 'hostnames').flatMap((name, j) =>
        named(`${path}.hostAliases[${i}].hostnames[${j}]`, String(name), dns1123Subdomain),
      ),
    ]),
  ];
}

const address = (text: string, field: string): readonly FieldError[] =>
  parseIp(text)
    ? none
    : [invalid(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
