/** One step of a try whether an output can be reached. */
export interface ProbeStep {
  /** `host:port`, a URL without a password, a folder. */
  readonly where: string;
  /** `address`, `connect`, `tls`, `certificate`, `protocol`, `version`, `licence`, `privileges`, `write`. */
  readonly step: string;
  readonly ok: boolean;
  readonly what: string;
  /** The way out. */
  readonly help?: string;
}

export type Say = (step: string, what: string) => void;

/** A step that failed; ends the try of its host. */
export class ProbeFailure extends Error {
  readonly step: string;
  readonly help: string | undefined;

  constructor(step: string, what: string, help?: string) {
    super(what);
    this.step = step;
    this.help = help;
  }
}
