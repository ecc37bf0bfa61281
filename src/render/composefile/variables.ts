/** Who a project is rendered for. */
interface Named {
  readonly app: string;
  readonly delivery: string;
  readonly environment: string;
}

/**
 * The variables that stand before those of `.env`: what the values of the app say at their top, later layers first, and who the project is
 * rendered for.
 */
export function composeVariables(
  layers: readonly Readonly<Record<string, unknown>>[],
  { app, delivery, environment }: Named,
): ReadonlyMap<string, string> {
  const said = layers.flatMap((layer) =>
    Object.entries(layer).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)),
  );
  return new Map([
    ['COMPOSE_PROJECT_NAME', app],
    ['PILOTAGE_DELIVERY', delivery],
    ['PILOTAGE_ENVIRONMENT', environment],
    ...said.map(([name, value]) => [name, String(value)] as const),
  ]);
}
