import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

/** All plug-ins as one: first every `mutate` in the order of the plug-ins, then every `validate`, then every `confirm`. */
export interface AdmissionChain {
  mutate(attributes: AdmissionAttributes): Awaitable<KubeObject>;
  validate(attributes: AdmissionAttributes): Awaitable<void>;
  confirm(attributes: AdmissionAttributes): void;
}

/** Nothing is awaited, and no promise is made, where no plug-in returns one. */
export function createChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutators = plugins.filter(({ mutate }) => mutate);
  const validators = plugins.filter(({ validate }) => validate);
  const last = plugins.filter(({ confirm }) => confirm);

  const mutateFrom = (
    index: number,
    attributes: AdmissionAttributes,
    startsAgain: boolean,
  ): Awaitable<KubeObject> => {
    const plugin = mutators[index];
    if (!plugin?.mutate) {
      const { object, firstRound } = attributes;
      return startsAgain && !firstRound
        ? mutateFrom(0, { ...attributes, firstRound: object }, false)
        : object;
    }
    return after(plugin.mutate(attributes), (object) =>
      object === attributes.object
        ? mutateFrom(index + 1, attributes, startsAgain)
        : mutateFrom(index + 1, { ...attributes, object }, startsAgain || plugin.startsAnotherRound === true),
    );
  };
  const validateFrom = (index: number, attributes: AdmissionAttributes): Awaitable<void> => {
    const plugin = validators[index];
    if (!plugin?.validate) return;
    return after(plugin.validate(attributes), () => validateFrom(index + 1, attributes));
  };

  return {
    mutate: (attributes) => mutateFrom(0, attributes, false),
    validate: (attributes) => validateFrom(0, attributes),
    confirm: (attributes) => {
      for (const plugin of last) plugin.confirm?.(attributes);
    },
  };
}
