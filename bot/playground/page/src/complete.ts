// complete.ts — what the composer offers while one types: slash commands, their arguments, people.
import type { Command, User } from "./wire.ts";

// Suggestion replaces the text between start and end.
export interface Suggestion { label: string; hint: string; insert: string; start: number; end: number; person?: User }

// eager: Enter takes the first suggestion. Otherwise Enter sends, unless an arrow key chose one before.
export interface Offer { items: Suggestion[]; eager: boolean }

const nothing: Offer = { items: [], eager: false };
const most = 8;

export function offer(text: string, caret: number, commands: Command[], people: User[]): Offer {
  const before = text.slice(0, caret);
  if (before.startsWith("/")) return before.includes(" ") ? argument(before, commands) : command(before, commands);
  const at = /(?:^|[^\w.])[@＠]([^\s@＠　]*)$/.exec(before);
  if (!at) return nothing;
  const typed = (at[1] ?? "").toLowerCase();
  const items = people
    .filter((p) => p.name.toLowerCase().startsWith(typed) || p.display_name.toLowerCase().startsWith(typed))
    .sort((a, b) => Number(b.is_bot) - Number(a.is_bot))
    .map((p) => ({
      label: "@" + p.name, hint: p.display_name === p.name ? "" : p.display_name,
      insert: `@${p.name} `, start: caret - typed.length - 1, end: caret, person: p,
    }));
  return { items: items.slice(0, most), eager: true };
}

function command(before: string, commands: Command[]): Offer {
  const items = commands
    .filter((c) => c.command.startsWith(before))
    .map((c) => ({ label: `${c.command} ${c.usage}`.trim(), hint: c.description, insert: c.command + " ", start: 0, end: before.length }));
  // The whole name is typed: Enter must send it (a bare /jirei is the help), not add a space.
  return { items: items.slice(0, most), eager: !commands.some((c) => c.command === before) };
}

// argument completes the whole argument, or its last word, so that facets can be put together one by one.
function argument(before: string, commands: Command[]): Offer {
  const space = before.indexOf(" ");
  const known = commands.find((c) => c.command === before.slice(0, space))?.completions ?? [];
  const typed = before.slice(space + 1);
  const lastAt = Math.max(typed.lastIndexOf(" "), typed.lastIndexOf("　")) + 1;
  const last = typed.slice(lastAt);
  const used = new Set(typed.slice(0, lastAt).split(/[\s　]+/));
  const items: Suggestion[] = [];
  for (const { text, hint } of known) {
    if (text === typed || text === last || used.has(text)) continue;
    const whole = text.startsWith(typed);
    if (!whole && !(text.startsWith(last) && !/[\s　]/.test(text))) continue;
    const start = space + 1 + (whole ? 0 : lastAt);
    items.push({ label: text, hint, insert: text, start, end: before.length });
  }
  return { items: items.slice(0, most), eager: false };
}
