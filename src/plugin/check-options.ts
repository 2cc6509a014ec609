import { type CheckCodec, Coercion } from "./coerce.ts";
import type { EcsMode, OptionProblem } from "./definitions.ts";
import type { Option, Options } from "./options.ts";
import type { NamedSetting, ReportSetting } from "./settings.ts";

/** What is needed of a plugin to check its settings. */
export interface Checkable {
  readonly kind: string;
  readonly name: string;
  readonly options: Options;
  check?(options: never, ecs: EcsMode): OptionProblem[];
}

export interface CheckedOptions {
  readonly values: Readonly<Record<string, unknown>>;
  /** False when something was reported as an error. */
  readonly ok: boolean;
}

/**
 * Checks the settings of one plugin against its options and `common` ones, reports everything that is wrong, and gives the values with
 * defaults filled in. `suggest` finds the option that a wrong name may have meant.
 */
export function checkOptions(
  plugin: Checkable,
  common: Options,
  settings: readonly NamedSetting[],
  place: object,
  ecs: EcsMode,
  report: ReportSetting,
  codec: CheckCodec,
  suggest: (word: string, candidates: readonly string[]) => string | undefined,
): CheckedOptions {
  let ok = true;
  const tell: ReportSetting = (problem) => {
    if (problem.severity !== "warning") ok = false;
    report(problem);
  };
  const declared: Options = { ...common, ...plugin.options };
  const coercion = new Coercion(tell, codec);
  const written = new Map<string, NamedSetting[]>();
  for (const setting of settings) {
    const option = Object.hasOwn(declared, setting.name) ? declared[setting.name] : undefined;
    if (option === undefined) tell(unknownOption(plugin, declared, setting, suggest));
    else written.set(setting.name, [...(written.get(setting.name) ?? []), setting]);
  }
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(declared)) {
    const own = written.get(name);
    if (own === undefined) {
      if (option.required === true) {
        tell({
          code: "CONF011",
          severity: "error",
          message: `${plugin.kind} "${plugin.name}" needs the option "${name}"`,
          place,
          help: option.description,
        });
      }
      values[name] = option.default;
      continue;
    }
    remark(plugin, name, option, own[0] as NamedSetting, tell);
    values[name] = coercion.value(name, option, own) ?? option.default;
  }
  if (ok && plugin.check !== undefined) {
    for (const problem of plugin.check(values as never, ecs)) {
      const at = written.get(problem.option)?.at(-1)?.value.place ?? place;
      const { message, severity = "error", help } = problem;
      tell({
        code: "CONF016",
        severity,
        message: `${plugin.kind} "${plugin.name}": ${message}`,
        place: at,
        ...(help === undefined ? {} : { help }),
      });
    }
  }
  return { values, ok };
}

/** The values of options of which none is set. */
export function defaultsOf(options: Options): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}

function unknownOption(
  plugin: Checkable,
  declared: Options,
  setting: NamedSetting,
  suggest: (word: string, candidates: readonly string[]) => string | undefined,
): Parameters<ReportSetting>[0] {
  const meant = suggest(setting.name, Object.keys(declared));
  return {
    code: "CONF012",
    severity: "error",
    message: `unknown option "${setting.name}" for ${plugin.kind} "${plugin.name}"`,
    place: setting.namePlace,
    label: `${plugin.name} has no such option`,
    help:
      meant === undefined
        ? `its options: ${Object.keys(plugin.options).join(", ") || "none"}`
        : `did you mean "${meant}"?`,
  };
}

function remark(plugin: Checkable, name: string, option: Option, setting: NamedSetting, tell: ReportSetting): void {
  const why = option.obsolete ?? option.deprecated ?? option.ignored;
  if (why === undefined) return;
  const what =
    option.obsolete !== undefined
      ? "is not supported"
      : option.deprecated !== undefined
        ? "is deprecated"
        : "has no effect";
  tell({
    code: "CONF010",
    severity: option.obsolete === undefined ? "warning" : "error",
    message: `option "${name}" of ${plugin.kind} "${plugin.name}" ${what}`,
    place: setting.namePlace,
    help: why,
  });
}
