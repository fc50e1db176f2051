/** What has been typed at a prompt that shows nothing. */
export type SecretInput =
  | { readonly kind: 'editing'; readonly text: string }
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'interrupted' };

export const emptySecret: SecretInput = { kind: 'editing', text: '' };

/** Nobody types more; a paste by mistake ends here. */
const maxCharacters = 4096;

const withoutLast = (text: string): string => [...text].slice(0, -1).join('');

/** The state after more keys: Enter ends, Ctrl-C interrupts, backspace and Ctrl-U take back, other controls do nothing. */
export const editSecret = (state: SecretInput, typed: string): SecretInput => {
  if (state.kind !== 'editing') return state;
  let { text } = state;
  for (const key of typed) {
    if (key === '\r' || key === '\n') return { kind: 'done', text };
    if (key === '\u0003') return { kind: 'interrupted' };
    if (key === '\u0004') return text === '' ? { kind: 'interrupted' } : { kind: 'done', text };
    if (key === '\u007f' || key === '\b') text = withoutLast(text);
    else if (key === '\u0015') text = '';
    else if (key >= ' ' && text.length < maxCharacters) text += key;
  }
  return { kind: 'editing', text };
};
