import type { Json } from "../../elastic/assets/json.ts";
import type { Action, PlannedAsset } from "../../elastic/assets/plan.ts";
import type { ClusterPlan } from "./cluster-plan.ts";

/** Lines of a new asset that are shown; all of them are in the export. */
const SHOWN_OF_NEW = 4;
/** Characters of a value. */
const LONGEST_VALUE = 100;

/** The plan of one cluster as text. */
export function planText(place: string, { abilities, plan, notes }: ClusterPlan): string {
  const lines = [`${abilities.server} at ${place}`, ...notes.map((note) => `  note: ${note}`), ""];
  for (const planned of plan) lines.push(...assetLines(planned));
  return `${lines.join("\n")}\n\n${place}: ${countsText(plan)}\n`;
}

function assetLines(planned: PlannedAsset): string[] {
  const { kind, name, action, reason, differences } = planned;
  const more = reason === undefined ? (action === "create" ? ` (${planned.asset?.purpose})` : "") : `: ${reason}`;
  const head = `${action.padEnd(10)} ${kind.title} ${name}${more}`;
  if (action === "same") return [head];
  const lines = differences.flatMap(({ path, before, after }) => [
    ...(before === undefined ? [] : [`  - ${path}: ${valueText(before)}`]),
    ...(after === undefined ? [] : [`  + ${path}: ${valueText(after)}`]),
  ]);
  if (action !== "create" || lines.length <= SHOWN_OF_NEW + 1) return [head, ...lines];
  return [
    head,
    ...lines.slice(0, SHOWN_OF_NEW),
    `    … and ${lines.length - SHOWN_OF_NEW} more (--export writes them all)`,
  ];
}

function valueText(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

const WORDS: Readonly<Record<Action, string>> = {
  create: "to create",
  change: "to change",
  same: "the same",
  conflict: "left alone (conflict; --force NAME writes it all the same)",
  impossible: "not possible on this server",
  denied: "not allowed to look at",
};

export function countsText(plan: readonly PlannedAsset[]): string {
  const parts = (Object.keys(WORDS) as Action[]).flatMap((action) => {
    const count = plan.filter((planned) => planned.action === action).length;
    return count === 0 ? [] : [`${count} ${WORDS[action]}`];
  });
  return parts.join(", ");
}

/** An asset for machines. */
export function assetJson({ kind, name, action, reason, differences }: PlannedAsset): object {
  return { kind: kind.id, name, action, ...(reason === undefined ? {} : { reason }), differences };
}
