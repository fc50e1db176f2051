export type Colour = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold';

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export type Painter = (colour: Colour, text: string) => string;

export interface ColourQuestion {
  readonly isTty: boolean;
  readonly noColorOption: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours appear on a terminal only, and never against NO_COLOR (https://no-color.org: set and not empty). */
export const wantsColour = ({ isTty, noColorOption, env }: ColourQuestion): boolean =>
  isTty && !noColorOption && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

export const createPainter =
  (enabled: boolean): Painter =>
  (colour, text) => {
    if (!enabled || text === '') return text;
    const [on, off] = codes[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
