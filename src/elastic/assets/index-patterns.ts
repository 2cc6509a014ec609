/** Whether some name fits both patterns; `*` stands for any characters. */
export function patternsOverlap(one: string, other: string): boolean {
  const known = new Map<number, boolean>();
  const fits = (i: number, j: number): boolean => {
    const key = i * (other.length + 1) + j;
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const result = step(i, j);
    known.set(key, result);
    return result;
  };
  const step = (i: number, j: number): boolean => {
    if (i === one.length && j === other.length) return true;
    if (one[i] === "*") return fits(i + 1, j) || (j < other.length && fits(i, j + 1));
    if (other[j] === "*") return fits(i, j + 1) || (i < one.length && fits(i + 1, j));
    return i < one.length && one[i] === other[j] && fits(i + 1, j + 1);
  };
  return fits(0, 0);
}
