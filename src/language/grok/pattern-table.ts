/** Names and expressions, as the files of the pattern library declare them. */
export type PatternTable = Readonly<Record<string, string>>;
