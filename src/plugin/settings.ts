/** Settings of a plugin as they were written, before its options give them meaning. `place` is where; opaque here. */
export type RawSetting =
  | { readonly kind: "scalar"; readonly text: string; readonly isNumber: boolean; readonly place: object }
  | { readonly kind: "list"; readonly items: readonly RawSetting[]; readonly place: object }
  | { readonly kind: "hash"; readonly entries: readonly RawEntry[]; readonly place: object }
  | {
      readonly kind: "plugin";
      readonly name: string;
      readonly settings: readonly NamedSetting[];
      readonly place: object;
    };

export interface RawEntry {
  readonly key: string;
  readonly value: RawSetting;
}

export interface NamedSetting {
  readonly name: string;
  readonly namePlace: object;
  readonly value: RawSetting;
}

/** Something wrong with a setting. */
export interface SettingProblem {
  readonly code: "CONF010" | "CONF011" | "CONF012" | "CONF013" | "CONF014" | "CONF015" | "CONF016";
  readonly severity: "error" | "warning" | "host";
  readonly message: string;
  readonly place: object;
  readonly label?: string;
  readonly help?: string;
}

export type ReportSetting = (problem: SettingProblem) => void;
