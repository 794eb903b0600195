// composer.tsx — where one writes. Enter sends, Shift+Enter breaks the line; while an input method composes, Enter is the input method's.
import { useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { offer, type Offer, type Suggestion } from "./complete.ts";
import type { Command, User } from "./wire.ts";
import { useLanguage } from "./words.ts";

interface Props {
  testid: string;
  placeholder: string;
  commands: Command[]; // none in a thread: Slack has no slash commands there
  people: User[];
  draft: string;
  keep(draft: string): void;
  send(text: string): Promise<boolean>; // false: refused; the text comes back
  autoFocus?: boolean;
}

const closed: Offer = { items: [], eager: false };

export function Composer({ testid, placeholder, commands, people, draft, keep, send, autoFocus }: Props) {
  const { say } = useLanguage();
  const [text, setText] = useState(draft);
  const [caret, setCaret] = useState(draft.length);
  const [moved, setMoved] = useState(-1);      // index chosen with the arrow keys
  const [dismissed, setDismissed] = useState(false);
  const [sending, setSending] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const wantCaret = useRef(-1);
  const list = useId();

  const offered = useMemo(() => (dismissed ? closed : offer(text, caret, commands, people)), [dismissed, text, caret, commands, people]);
  const active = moved >= 0 ? Math.min(moved, offered.items.length - 1) : offered.eager && offered.items.length ? 0 : -1;

  useLayoutEffect(() => {
    const el = area.current!;
    el.style.height = "auto";
    el.style.height = Math.min(el.scrollHeight, 200) + "px";
    if (wantCaret.current >= 0) { el.setSelectionRange(wantCaret.current, wantCaret.current); wantCaret.current = -1; }
    document.getElementById(`${list}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [text, list, active]);

  const write = (next: string, at: number) => { setText(next); setCaret(at); setMoved(-1); setDismissed(false); keep(next); };

  const take = (s: Suggestion) => {
    wantCaret.current = s.start + s.insert.length;
    write(text.slice(0, s.start) + s.insert + text.slice(s.end), wantCaret.current);
    area.current?.focus();
  };

  const submit = async () => {
    const said = text.trim();
    if (!said || sending) return;
    write("", 0); // at once: the next line can be typed while this one travels
    setSending(true);
    const ok = await send(said);
    setSending(false);
    if (!ok && !area.current?.value) write(said, said.length);
  };

  const onKeyDown = (ev: React.KeyboardEvent) => {
    // 229: Safari reports the Enter that ends a composition after isComposing went false.
    if (ev.nativeEvent.isComposing || ev.keyCode === 229) return;
    const n = offered.items.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (n && step) { ev.preventDefault(); setMoved(active < 0 ? (step > 0 ? 0 : n - 1) : (active + step + n) % n); return; }
    if (n && ev.key === "Escape") { ev.preventDefault(); ev.stopPropagation(); setDismissed(true); return; }
    if (n && ev.key === "Tab" && !ev.shiftKey) { ev.preventDefault(); take(offered.items[Math.max(active, 0)]!); return; }
    if (ev.key !== "Enter" || ev.shiftKey || ev.altKey) return;
    ev.preventDefault();
    const chosen = offered.items[active];
    if (chosen) take(chosen); else void submit();
  };

  return (
    <div className="composer">
      {offered.items.length > 0 && <Suggestions id={list} items={offered.items} active={active} take={take} label={say.suggestions} />}
      <div className="composer-box">
        <textarea ref={area} data-testid={testid} rows={1} value={text} placeholder={placeholder} aria-label={placeholder} autoFocus={autoFocus}
          aria-autocomplete="list" aria-controls={list} aria-activedescendant={active >= 0 ? `${list}-${active}` : undefined}
          onChange={(ev) => write(ev.target.value, ev.target.selectionStart)} onSelect={(ev) => setCaret(ev.currentTarget.selectionStart)} onKeyDown={onKeyDown} />
        <button type="button" className="send" data-testid={`${testid}-send`} disabled={!text.trim() || sending} onClick={() => void submit()} aria-label={sending ? say.sending : say.send} title={say.send}>
          <svg viewBox="0 0 20 20" width="18" height="18" fill="currentColor" aria-hidden="true"><path d="M3.1 3.2a.8.8 0 0 1 1.1-.9l13 6.9a.9.9 0 0 1 0 1.6l-13 6.9a.8.8 0 0 1-1.1-.9L4.6 11l7-1-7-1Z" /></svg>
        </button>
      </div>
      <p className="composer-hint" aria-hidden="true">{say.composerHint}</p>
    </div>
  );
}

function Suggestions({ id, items, active, take, label }: { id: string; items: Suggestion[]; active: number; take(s: Suggestion): void; label: string }) {
  return (
    <div className="suggestions" role="listbox" id={id} aria-label={label} data-testid="suggestions">
      {items.map((s, i) => (
        // pointerdown, not click: a click would first take the focus from the text.
        <div key={s.label + s.start} id={`${id}-${i}`} role="option" aria-selected={i === active} className="suggestion" onPointerDown={(ev) => { ev.preventDefault(); take(s); }}>
          <b>{s.label}</b><span>{s.hint}</span>
        </div>
      ))}
    </div>
  );
}
