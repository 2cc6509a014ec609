/** `settings`: cannot work before someone changes them. `foreign`: it answers, and is not Elasticsearch. */
export type ConnectionFault = "unreachable" | "timeout" | "interrupted" | "foreign" | "settings";

/** A request that got no answer. Holds no headers and no cause, which have passwords in them. */
export class BulkConnectionError extends Error {
  readonly fault: ConnectionFault;
  /** `https://host:port`, or a file. */
  readonly place: string;

  constructor(fault: ConnectionFault, place: string, what: string) {
    super(`${place}: ${what}`);
    this.name = "BulkConnectionError";
    this.fault = fault;
    this.place = place;
  }
}
