// The line of a search as the pieces it is made of, so that one can be put in and taken out.

const PIECE = /-?(?:[^\s":]+:=?)?(?:"[^"]*"|[^\s"]+)/g;

/** Tell whether a line has a piece. */
export const has = (line, term) => (line.match(PIECE) ?? []).includes(term);

/** Return the line with the piece added, or without it where it is there. */
export function toggle(line, term) {
  const pieces = line.match(PIECE) ?? [];
  return (pieces.includes(term) ? pieces.filter((one) => one !== term) : [...pieces, term]).join(" ");
}
