/** How charts of repositories and registries are fetched for deliveries. */
import { ok } from '../base/errors.ts';
import { askFor } from '../charts/delivered/ask.ts';
import { createChartFetch } from '../charts/delivered/fetch.ts';
import { loginIn } from '../charts/registry/dockerconfig.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { goDialect } from '../render/helm/dialect.ts';
import { treeOf } from '../render/pool/wire.ts';
import { chartAccess } from '../sync/intake/chartpolicy.ts';
import type { FetchChart } from '../sync/source/charts.ts';

/** No program is asked for a password on behalf of a repository. */
const noHelper = async (): Promise<undefined> => undefined;

export function composeCharts(root: string, home: KubeClient): FetchChart {
  const fetch = createChartFetch({
    root,
    dialect: goDialect,
    askFor,
    policyOf: async (delivery) => {
      const { hosts, logins } = await chartAccess(home, delivery);
      const file = `Secret charts-${delivery}`;
      const loginFor = async (host: string) =>
        logins === undefined || !hosts.includes(host) ? undefined : loginIn(logins, file, host, noHelper);
      return { hosts, loginFor };
    },
  });
  return async (delivery, chart, signal) => {
    const fetched = await fetch(delivery, chart, signal);
    return fetched.ok ? ok(treeOf(fetched.value)) : fetched;
  };
}
