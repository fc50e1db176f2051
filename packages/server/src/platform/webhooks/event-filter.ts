const eventType = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/;
const eventTypeMaxLength = 128;

export const isEventType = (type: string): boolean =>
  type.length <= eventTypeMaxLength && eventType.test(type);

/** Every filter that takes this type: `a.b.c` is taken by `a.b.c`, `a.b.*` and `a.*`. */
export const filtersTaking = (type: string): readonly string[] => {
  const words = type.split('.');
  return [type, ...words.slice(1).map((_, index) => `${words.slice(0, index + 1).join('.')}.*`)];
};
