// message.tsx — one message, the list of them, and what hangs below a root: replies and status.
import { useContext, useLayoutEffect, useMemo, useRef, type ReactNode } from "react";
import { Blocks, type Act } from "./blocks.tsx";
import { RoomContext } from "./controls.tsx";
import { richText } from "./text.ts";
import type { Message, Shortcut, User } from "./wire.ts";
import { useLanguage } from "./words.ts";

export function Avatar({ user, small }: { user: User; small?: boolean }) {
  // The initial of a Japanese name is its first character; hues are spread by the id so that two Tanakas differ.
  const hue = [...user.id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)! * 137) % 360, 7);
  const mark = user.is_bot ? "事" : [...(user.display_name || user.name || "?")][0]!.toUpperCase();
  return <span className={`avatar${user.is_bot ? " bot" : ""}${small ? " tiny" : ""}`} style={user.is_bot ? undefined : { "--hue": hue } as React.CSSProperties} aria-hidden="true">{mark}</span>;
}

const date = (ts: string) => new Date(Number(ts) * 1000);
const clock = (ts: string, locale: string) => date(ts).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });

function day(ts: string, locale: string, say: { today: string; yesterday: string }): string {
  const at = date(ts), now = new Date();
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const ago = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (ago === 0) return say.today;
  if (ago === 1) return say.yesterday;
  return at.toLocaleDateString(locale, { month: "long", day: "numeric", weekday: "short", ...(at.getFullYear() !== now.getFullYear() && { year: "numeric" }) });
}

export interface RowActions {
  act(message: Message): Act;
  openThread?(ts: string): void;
  dismiss(message: Message): void;
  shortcuts: Shortcut[];
  shortcut(callback: string, message: Message): void;
}

function Row({ message, author, compact, actions, below }: { message: Message; author: User; compact: boolean; actions: RowActions; below?: ReactNode }) {
  const { say, locale } = useLanguage();
  const blocks = useMemo(() => (message.blocks?.length ? message.blocks : [richText(message.text)]), [message.blocks, message.text]);
  const act = useMemo(() => actions.act(message), [actions, message]);
  const time = <time dateTime={date(message.ts).toISOString()} title={date(message.ts).toLocaleString(locale)}>{clock(message.ts, locale)}</time>;
  const tools = !message.ephemeral && !message.deleted && (actions.openThread || actions.shortcuts.length > 0);
  return (
    <article data-testid="message" data-ts={message.ts} data-user={message.user} data-ephemeral={message.ephemeral || undefined}
      className={`message${compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`} aria-label={`${author.display_name || author.name} ${clock(message.ts, locale)}`}>
      <div className="gutter">{compact ? time : <Avatar user={author} />}</div>
      <div className="body">
        {message.ephemeral && (
          <p className="only-you"><Eye />{say.onlyYou}<button type="button" className="link" onClick={() => actions.dismiss(message)}>{say.dismiss}</button></p>
        )}
        {!compact && (
          <header><b>{author.display_name || author.name}</b>{author.is_bot && <span className="badge">{say.app}</span>}{time}</header>
        )}
        {message.deleted ? <p className="tombstone">{say.deleted}</p> : <Blocks blocks={blocks} act={act} />}
        {!message.deleted && message.unfurls?.map((u) => <div className="unfurl" key={u.url}><Blocks blocks={u.blocks} act={act} /></div>)}
        {message.edited && !message.deleted && !message.streaming && <span className="edited">{say.edited}</span>}
        {message.streaming && <Dots />}
        {!!message.reactions?.length && <p className="reactions">{message.reactions.map((name) => <span key={name}>{emoji[name] ?? `:${name}:`}</span>)}</p>}
        {below}
      </div>
      {tools && (
        <div className="tools">
          {actions.openThread && (
            <button type="button" className="icon-button" title={say.replyInThread} aria-label={say.replyInThread} onClick={() => actions.openThread!(message.ts)}><Bubble /></button>
          )}
          {actions.shortcuts.map((s) => (
            <button type="button" className="tool-text" key={s.callback_id} data-callback-id={s.callback_id} onClick={() => actions.shortcut(s.callback_id, message)}>{s.name}</button>
          ))}
        </div>
      )}
    </article>
  );
}

interface ListProps {
  id: string;                // changes when the place changes: the list then starts at its end
  messages: Message[];
  actions: RowActions;
  below?(message: Message): ReactNode;
  head?: ReactNode;
  tail?: ReactNode;
  status?: string;           // shown behind the last message
  days?: boolean;
}

export function MessageList({ id, messages, actions, below, head, tail, status = "", days }: ListProps) {
  const { say, locale } = useLanguage();
  const { users } = useContext(RoomContext);
  const box = useRef<HTMLDivElement>(null);
  useStick(box, id, `${messages.at(-1)?.ts} ${status}`);
  const byID = useMemo(() => new Map(users.map((u) => [u.id, u])), [users]);
  const rows = messages.map((m, i) => {
    const before = messages[i - 1];
    const newDay = !!days && (!before || day(before.ts, locale, say) !== day(m.ts, locale, say));
    const compact = !newDay && !!before && before.user === m.user && !m.ephemeral && !before.ephemeral && Number(m.ts) - Number(before.ts) < 300;
    const author = byID.get(m.user) ?? { id: m.user, name: m.user === "USLACKBOT" ? say.system : m.user, display_name: "", is_bot: false, locale: "" };
    return (
      <div key={m.ts}>
        {newDay && <div className="day"><span>{day(m.ts, locale, say)}</span></div>}
        <Row message={m} author={author} compact={compact && !below?.(before!)} actions={actions} below={below?.(m)} />
      </div>
    );
  });
  return (
    <div className="messages" ref={box} role="log" aria-live="polite" tabIndex={0} aria-label={id}>
      <div className="fill">{head}</div>
      <div>{rows}{status && <Status text={status} />}{tail}</div>
    </div>
  );
}

// useStick keeps the newest in view as long as the reader has not scrolled away from it. The newest is the last message's beginning
// when the whole does not fit: an answer is read from its first sentence. `newest` changes with the last message or the status.
function useStick(box: React.RefObject<HTMLDivElement | null>, id: string, newest: string) {
  const at = useRef({ id: "", newest: "", top: 0, end: true });
  useLayoutEffect(() => {
    const el = box.current!, was = at.current;
    const settle = () => {
      const last = [...el.querySelectorAll<HTMLElement>("article")].at(-1);
      const end = el.scrollHeight - el.clientHeight;
      el.scrollTop = was.top = Math.max(0, Math.min(end, last ? last.offsetTop - el.offsetTop - 8 : end));
    };
    const unmoved = () => Math.abs(el.scrollTop - was.top) < 4;
    if (was.id !== id || (was.newest !== newest && (unmoved() || was.end))) settle();
    Object.assign(was, { id, newest });
    const onScroll = () => { was.end = el.scrollHeight - el.scrollTop - el.clientHeight < 60; };
    onScroll();
    el.addEventListener("scroll", onScroll, { passive: true });
    // Rows settle their height after the commit; a reader who moved, or opened a fold, stays where they are.
    const grown = new ResizeObserver(() => { if (unmoved()) settle(); });
    for (const child of el.children) grown.observe(child);
    grown.observe(el);
    return () => { grown.disconnect(); el.removeEventListener("scroll", onScroll); };
  }, [box, id, newest]);
}

export function Replies({ list, status, unread, open }: { list: Message[]; status: string; unread: boolean; open(): void }) {
  const { say, locale } = useLanguage();
  const { users } = useContext(RoomContext);
  const people = [...new Set(list.map((m) => m.user))].map((id) => users.find((u) => u.id === id)).filter((u): u is User => !!u);
  const last = list.at(-1);
  return (
    <>
      {last && (
        <button type="button" className={unread ? "replies unread" : "replies"} data-testid="replies" onClick={open}>
          {people.slice(0, 3).map((u) => <Avatar key={u.id} user={u} small />)}
          <b>{say.replies(list.length)}</b>
          <span>{unread ? say.newReply : say.lastReply(clock(last.ts, locale))}</span>
        </button>
      )}
      {status && <Status text={status} />}
    </>
  );
}

export function Status({ text }: { text: string }) {
  return <p className="status" role="status" data-testid="status"><Dots />{text}</p>;
}

const Dots = () => <span className="dots" aria-hidden="true"><i /><i /><i /></span>;

// The few names that a bot uses to say "seen" or "done"; any other is shown as its name.
const emoji: Record<string, string> = { eyes: "👀", white_check_mark: "✅", hourglass_flowing_sand: "⏳", x: "❌", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", warning: "⚠️" };

const Bubble = () => <svg viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" aria-hidden="true"><path d="M4 4.5h12a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H9.5L5.5 17.5v-3H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.5Z" /></svg>;
const Eye = () => <svg viewBox="0 0 20 20" width="13" height="13" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true"><path d="M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10Z" /><circle cx="10" cy="10" r="2.4" /></svg>;
