import type { Access } from '../model/access.ts';
import type { DeliveryReport, StatusReport } from '../model/faces.ts';
import type { User } from '../model/user.ts';

/** Of a report, what the user may see. Who may see every environment is asked once. */
export async function visibleStatus(access: Access, user: User, report: StatusReport): Promise<StatusReport> {
  if (await seesAll(access, user)) return report;
  const deliveries = await Promise.all(report.deliveries.map((one) => visibleDelivery(access, user, one)));
  return { ...report, deliveries: deliveries.filter((one) => one !== undefined) };
}

async function visibleDelivery(
  access: Access,
  user: User,
  report: DeliveryReport,
): Promise<DeliveryReport | undefined> {
  const { name: delivery } = report;
  const may = await Promise.all(
    report.environments.map(({ name: environment }) =>
      access.refusal(user, { on: 'environment', verb: 'get', delivery, environment }),
    ),
  );
  const environments = report.environments.filter((_, i) => may[i] === undefined);
  const seesAll = (await access.refusal(user, { on: 'delivery', verb: 'get', delivery })) === undefined;
  if (environments.length === 0 && !seesAll) return undefined;
  // Branches that wait for a preview are nobody's environment.
  const { previews: _previews, ...rest } = report;
  return { ...(seesAll ? report : rest), environments };
}

/** Whether an event may be shown: of what was there, and visible, when the stream began. */
export type IsVisible = (event: { readonly delivery: string; readonly environment?: string }) => boolean;

export async function visibleEvents(
  access: Access,
  user: User,
  status: () => Promise<StatusReport>,
): Promise<IsVisible> {
  if (await seesAll(access, user)) return () => true;
  const { deliveries } = await visibleStatus(access, user, await status());
  const seen = new Map(
    deliveries.map(({ name, environments }) => [name, new Set(environments.map((one) => one.name))]),
  );
  return ({ delivery, environment }) =>
    environment === undefined ? seen.has(delivery) : (seen.get(delivery)?.has(environment) ?? false);
}

const seesAll = async (access: Access, user: User): Promise<boolean> =>
  (await access.refusal(user, { on: 'environments', verb: 'get' })) === undefined;
