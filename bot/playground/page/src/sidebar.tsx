// sidebar.tsx — workspace, channels, direct messages, and who one is.
import { Avatar } from "./message.tsx";
import type { Channel, PageState } from "./wire.ts";
import { useLanguage } from "./words.ts";

interface Props {
  page: PageState; current: string; unread: Record<string, boolean>; online: boolean; open: boolean;
  go(channel: string): void; become(user: string): void; shut(): void;
}

export function Sidebar({ page, current, unread, online, open, go, become, shut }: Props) {
  const { say } = useLanguage();
  const { team, me, users, bot, channels, connected } = page;
  const people = users.filter((u) => !u.is_bot);
  const row = (c: Channel) => (
    <li key={c.id}>
      <button type="button" data-testid={`channel-${c.name}`} className={`place${c.id === current ? " here" : ""}${unread[c.id] ? " unread" : ""}`}
        aria-current={c.id === current ? "page" : undefined} onClick={() => go(c.id)}>
        {c.kind === "im" ? <span className="place-mark"><Avatar user={bot} small /><i className={connected ? "presence on" : "presence"} /></span> : <span className="place-mark hash">#</span>}
        <span className="place-name">{c.name}</span>
        {unread[c.id] && <span className="dot" role="img" aria-label={say.unread} />}
      </button>
    </li>
  );
  return (
    <>
      {open && <div className="scrim" onClick={shut} />}
      <nav className={open ? "sidebar open" : "sidebar"} aria-label={say.channels}>
        <header>
          <b>{team.name}</b>
          <button type="button" className="icon-button only-narrow" aria-label={say.closeMenu} onClick={shut}>✕</button>
        </header>
        <div className="places">
          <h2>{say.channels}</h2>
          <ul>{channels.filter((c) => c.kind !== "im").map(row)}</ul>
          <h2>{say.direct}</h2>
          <ul>{channels.filter((c) => c.kind === "im").map(row)}</ul>
        </div>
        <footer>
          <Avatar user={me} />
          <label className="who">
            <span className="sr">{say.switchUser}</span>
            <select data-testid="user-switch" value={me.id} onChange={(ev) => become(ev.target.value)} title={say.switchUser}>
              {people.map((u) => <option key={u.id} value={u.id}>{u.display_name || u.name}{u.id === me.id ? say.you : ""}</option>)}
            </select>
            <small><i className={online && connected ? "presence on" : "presence"} />{bot.display_name || bot.name}: {online && connected ? say.connected : say.disconnected}</small>
          </label>
        </footer>
      </nav>
    </>
  );
}
