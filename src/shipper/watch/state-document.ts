/** A change of state as it goes through the output: an event like those that are shipped. */
export interface StateChange {
  /** `disk-full`, `disk-free`. */
  readonly action: string;
  readonly message: string;
  /** It needs somebody's attention: `event.kind` is `alert`, else `event`. */
  readonly alert: boolean;
  /** For the fields under `antler`. */
  readonly details: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** The ECS document of a change, for the data stream `logs-antler.state-default`; without the host's and agent's fields, which every event gets. `at`: epoch milliseconds. */
export function stateDocument({ action, message, alert, details }: StateChange, at: number): object {
  return {
    "@timestamp": new Date(at).toISOString(),
    message,
    data_stream: { type: "logs", dataset: "antler.state", namespace: "default" },
    event: { kind: alert ? "alert" : "event", module: "antler", dataset: "antler.state", action },
    log: { level: alert ? "warn" : "info" },
    antler: details,
  };
}
