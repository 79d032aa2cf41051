/** Matches letters in order, preferring word starts and runs. Pure and small enough for every key press. */

export interface Match { score: number; marks: number[] }

/** `null` where a letter is missing; an empty question matches everything equally. */
export function fuzzy(question: string, text: string): Match | null {
  const wanted = question.toLowerCase().replace(/\s+/g, ' ').trim();
  if (!wanted) return { score: 0, marks: [] };
  const plain = text.toLowerCase();
  const whole = plain.indexOf(wanted);
  if (whole >= 0) {
    const start = whole === 0 || /[\s./_:-]/.test(plain[whole - 1] ?? ' ');
    return { score: 100 + (start ? 40 : 0) - whole * 0.1 - plain.length * 0.05, marks: Array.from({ length: wanted.length }, (_, i) => whole + i) };
  }
  const marks: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    if (letter === ' ') continue;
    const at = plain.indexOf(letter, from);
    if (at < 0) return null;
    const start = at === 0 || /[\s./_:-]/.test(plain[at - 1] ?? ' ');
    score += (start ? 6 : 1) + (marks[marks.length - 1] === at - 1 ? 4 : 0);
    marks.push(at);
    from = at + 1;
  }
  // Letters scattered over the text are no match.
  return score < 3 * marks.length ? null : { score: score - plain.length * 0.05, marks };
}

/** Letters of the text that any whole word of the question stands for. */
export function wordMarks(question: string, text: string): number[] {
  const plain = text.toLowerCase();
  const marks = new Set<number>();
  for (const word of question.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = plain.indexOf(word);
    for (let i = 0; at >= 0 && i < word.length; i += 1) marks.add(at + i);
  }
  return [...marks].sort((a, b) => a - b);
}

export interface Piece { text: string; hit: boolean }

/** The text cut into pieces that were matched and pieces that were not. */
export function pieces(text: string, marks: number[]): Piece[] {
  const hits = new Set(marks);
  const out: Piece[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const hit = hits.has(i);
    const last = out[out.length - 1];
    if (last && last.hit === hit) last.text += text[i];
    else out.push({ text: text[i] ?? '', hit });
  }
  return out;
}
