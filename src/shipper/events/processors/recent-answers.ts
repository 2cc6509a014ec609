const LIMIT = 1000;

/** Remembers answers to the last 1,000 questions. */
export class RecentAnswers<T> {
  readonly #answers = new Map<string, T>();
  readonly #ask: (question: string) => T;

  constructor(ask: (question: string) => T) {
    this.#ask = ask;
  }

  of(question: string): T {
    if (this.#answers.has(question)) return this.#answers.get(question) as T;
    const answer = this.#ask(question);
    if (this.#answers.size >= LIMIT) this.#answers.delete(this.#answers.keys().next().value as string);
    this.#answers.set(question, answer);
    return answer;
  }
}
