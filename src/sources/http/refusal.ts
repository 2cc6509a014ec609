/** A request that is answered with an error; the message is the answer's text. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "HttpRefusal";
    this.status = status;
    this.headers = headers;
  }
}

/** The client has gone away before its request was whole: nobody to answer. */
export class ClientGone extends Error {
  constructor() {
    super("the client has gone away");
    this.name = "ClientGone";
  }
}
