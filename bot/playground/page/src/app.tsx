// app.tsx — the page: it loads the state, listens to events, and puts channel, thread and modal side by side.
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { GoTo, Theme, type Act } from "./blocks.tsx";
import { Composer } from "./composer.tsx";
import { RoomContext, type Room } from "./controls.tsx";
import { MessageList, Replies, Status, type RowActions } from "./message.tsx";
import { Cross, Modal } from "./modal.tsx";
import { reduce, replies, roots, threadKey, threadOf, type Model } from "./model.ts";
import { Sidebar } from "./sidebar.tsx";
import { load, post, type Command, type Event, type Message, type Prompt, type Values } from "./wire.ts";
import { Language, useLanguage, words } from "./words.ts";
import "./app.css";

const remembered = "jirei-playground-user";

// Place is what is on the screen; it lives in the address (#C1/1700000000.000100) so that reload and back work.
interface Place { channel: string; thread: string }
const placeOf = (hash: string): Place => {
  const [channel = "", thread = ""] = decodeURIComponent(hash.replace(/^#/, "")).split("/");
  return { channel, thread };
};

function usePlace(): [Place, (p: Place) => void] {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const onHash = () => setPlace(placeOf(location.hash));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  const go = useCallback((p: Place) => { location.hash = p.thread ? `${p.channel}/${p.thread}` : p.channel; setPlace(p); }, []);
  return [place, go];
}

function useTheme(): "light" | "dark" {
  const dark = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [theme, setTheme] = useState<"light" | "dark">(dark.matches ? "dark" : "light");
  useEffect(() => {
    const onChange = () => setTheme(dark.matches ? "dark" : "light");
    dark.addEventListener("change", onChange);
    return () => dark.removeEventListener("change", onChange);
  }, [dark]);
  return theme;
}

// useStream loads the state and follows the events of one user. After every break it loads again: a missed event is not sent twice.
function useStream(user: string, onLoad: (p: Model["page"]) => void, onEvent: (e: Event) => void) {
  const [online, setOnline] = useState(true);
  const [failed, setFailed] = useState(false);
  const handlers = useRef({ onLoad, onEvent });
  handlers.current = { onLoad, onEvent };
  const reload = useCallback(async () => {
    try { handlers.current.onLoad(await load(user)); setFailed(false); } catch { setFailed(true); }
  }, [user]);
  useEffect(() => {
    if (!user) { void reload(); return; } // the first state names the user
    const stream = new EventSource("/page/events?user=" + encodeURIComponent(user));
    stream.onopen = () => { setOnline(true); void reload(); };
    stream.onerror = () => setOnline(false);
    stream.onmessage = (ev) => handlers.current.onEvent(JSON.parse(ev.data));
    void reload();
    return () => stream.close();
  }, [user, reload]);
  return { online, failed, reload };
}

function App() {
  const [user, setUser] = useState(() => new URLSearchParams(location.search).get("user") ?? localStorage.getItem(remembered) ?? "");
  const [model, dispatch] = useReducer(reduce, null);
  const [place, go] = usePlace();
  const [toasts, setToasts] = useState<{ id: number; text: string }[]>([]);
  const theme = useTheme();
  const mine = useRef(new Set<string>());    // threads started here, waiting for their first answer
  const looking = useRef<Place>(place);
  const thread = useRef<HTMLElement>(null);

  const page = model?.page;
  const channel = page?.channels.find((c) => c.id === place.channel) ?? page?.channels[0];
  const here: Place = { channel: channel?.id ?? "", thread: channel?.id === place.channel ? place.thread : "" };
  looking.current = here;

  const toast = useCallback((text: string) => {
    const id = Math.random();
    setToasts((all) => [...all.slice(-2), { id, text }]);
    setTimeout(() => setToasts((all) => all.filter((t) => t.id !== id)), 6000);
  }, []);

  const onEvent = (event: Event) => {
    dispatch({ type: "event", event, looking: looking.current });
    // The server knows which view is on top now, and what a channel has become.
    if (event.type === "view_closed" || event.type === "channel") void reload();
    if (event.channel) follow(event, event.channel);
  };

  // follow opens the thread that the bot answers in, once, if one started it here and is not busy in another thread.
  const follow = (event: Event, at: string) => {
    const message = event.message;
    if (event.type === "message" && message && message.user === page?.me.id && !threadOf(message)) { mine.current.add(threadKey(at, message.ts)); return; }
    const root = event.type === "status" ? event.text && event.thread_ts : message && message.user !== page?.me.id && threadOf(message);
    if (!root || !mine.current.delete(threadKey(at, root)) || at !== looking.current.channel) return;
    const writing = thread.current?.querySelector("textarea")?.value;
    if (!writing || looking.current.thread === root) go({ channel: at, thread: root });
  };

  const { online, failed, reload } = useStream(user, (p) => { setUser(p.me.id); dispatch({ type: "loaded", page: p }); }, onEvent);

  useEffect(() => {
    dispatch({ type: "seen", key: here.channel });
    if (here.thread) dispatch({ type: "seen", key: threadKey(here.channel, here.thread) });
  }, [here.channel, here.thread]);

  const become = (id: string) => { localStorage.setItem(remembered, id); mine.current.clear(); setUser(id); };
  const locale = page?.me.locale || "ja-JP";
  const language = useMemo(() => ({ say: words(locale), locale }), [locale]);
  useEffect(() => { document.documentElement.lang = locale.slice(0, 2); }, [locale]);

  if (!model || !page || !channel) return <p className="splash" role="status">{failed ? language.say.failed : language.say.loading}</p>;
  return (
    <Language value={language}>
      <Theme value={theme}>
        <Desk model={model} here={here} go={go} online={online && !failed} become={become} toast={toast} threadRef={thread}
          dismiss={(ch, ts) => dispatch({ type: "dismissed", channel: ch, ts })} />
        <div className="toasts" role="alert" aria-live="assertive">{toasts.map((t) => <p key={t.id} className="toast" data-testid="toast">{t.text}</p>)}</div>
      </Theme>
    </Language>
  );
}

interface DeskProps {
  model: Model; here: Place; online: boolean; threadRef: React.RefObject<HTMLElement | null>;
  go(p: Place): void; become(user: string): void; toast(text: string): void; dismiss(channel: string, ts: string): void;
}

// Desk is everything on the screen once the state is there.
function Desk({ model, here, online, threadRef, go, become, toast, dismiss }: DeskProps) {
  const { page, view, status, unread } = model;
  const { me, users, bot, channels } = page;
  const say = words(me.locale || "ja");
  const channel = channels.find((c) => c.id === here.channel)!;
  const list = page.messages[channel.id] ?? [];
  const [menu, setMenu] = useState(false);
  const [hintOff, setHintOff] = useState(() => localStorage.getItem("jirei-playground-hint") === "off");
  const drafts = useRef(new Map<string, string>());
  const forms = useRef(new Map<string, Values>());
  if (!view) forms.current.clear();

  const everybody = useMemo(() => (users.some((u) => u.id === bot.id) ? users : [...users, bot]), [users, bot]);
  const room: Room = useMemo(() => ({ channels, users: everybody, current: here.channel }), [channels, everybody, here.channel]);
  const send = useCallback(async (path: string, body: object) => {
    const error = await post(path, { user: me.id, ...body });
    if (error) toast(say.errors[error.split(":")[0]!] ?? error);
    return !error;
  }, [me.id, toast, say]);

  // Slack tells an app that its direct message was opened; the bot answers with the prompts.
  const direct = channel.kind === "im";
  useEffect(() => { if (direct && page.connected) void post("open", { user: me.id }); }, [direct, page.connected, me.id, channel.id]);
  const goTo = useCallback((id: string) => { setMenu(false); go({ channel: id, thread: "" }); }, [go]);

  const commands: Command[] = useMemo(() => [...page.commands, { command: "/invite", usage: "@" + bot.name, description: say.inviteHint, completions: [{ text: "@" + bot.name, hint: bot.display_name }] }], [page.commands, bot, say]);
  const write = (text: string, thread_ts = "") => {
    const name = text.split(/\s/)[0]!;
    if (!text.startsWith("/")) return send("say", { channel: channel.id, text, thread_ts });
    if (thread_ts) { toast(say.noCommandInThread); return Promise.resolve(false); }
    if (name === "/invite") return send("invite", { channel: channel.id });
    return send("command", { channel: channel.id, text });
  };

  const actions: RowActions = useMemo(() => ({
    act: (m: Message): Act => async (action) => { await send("action", { channel: here.channel, message_ts: m.ts, ...action }); },
    openThread: (ts) => go({ channel: here.channel, thread: ts }),
    dismiss: (m) => dismiss(here.channel, m.ts),
    shortcuts: (page.shortcuts ?? []).filter((s) => s.message),
    shortcut: (callback_id, m) => void send("shortcut", { callback_id, channel: here.channel, message_ts: m.ts }),
  }), [send, go, dismiss, here.channel, page.shortcuts]);

  const place = direct ? channel.name : "#" + channel.name;
  const root = here.thread ? list.find((m) => m.ts === here.thread) : undefined;
  const examples = page.examples ?? [];
  const hint = !hintOff && !direct && channel.name === "general" && examples.length > 0 && !list.some((m) => m.user === me.id);
  // A legacy status reads "is searching…" behind the app's name; an agent session only says that it is processing.
  const doing = (ts: string) => {
    const text = status[threadKey(channel.id, ts)] ?? "";
    if (!text) return "";
    return text.startsWith(bot.name) ? text : `${bot.display_name || bot.name} ${text === "processing" ? say.working : text}`;
  };
  const below = (m: Message) => {
    if (threadOf(m)) return null;
    const answers = replies(list, m.ts), text = doing(m.ts);
    return answers.length || text ? <Replies list={answers} status={text} unread={!!unread[threadKey(channel.id, m.ts)]} open={() => go({ channel: channel.id, thread: m.ts })} /> : null;
  };

  return (
    <RoomContext value={room}>
      <GoTo value={goTo}>
        <div className={root ? "desk with-thread" : "desk"}>
          <Sidebar page={page} current={channel.id} unread={unread} online={online} open={menu} go={goTo} become={become} shut={() => setMenu(false)} />
          <main className="channel">
            <header className="bar">
              <button type="button" className="icon-button only-narrow" aria-label={say.menu} aria-expanded={menu} onClick={() => setMenu(true)}>☰</button>
              <h1>{place}</h1>
              {channel.topic && <p className="topic">{channel.topic}</p>}
              {(page.shortcuts ?? []).filter((s) => !s.message).map((s) => (
                <button type="button" className="button slim" key={s.callback_id} data-callback-id={s.callback_id} onClick={() => void send("shortcut", { callback_id: s.callback_id, channel: channel.id })}>{s.name}</button>
              ))}
            </header>
            {!online ? <p className="notice" role="status">{say.lost}</p> : !page.connected && <p className="notice" role="status">{say.botAway}</p>}
            <MessageList id={place} messages={roots(list)} actions={actions} below={below} days
              head={<p className="beginning">{direct ? say.startOfDM(channel.name) : say.startOf(place)}</p>}
              tail={hint ? (
                <Hint title={say.examples} lead={say.examplesLead(bot.name)} items={examples.slice(0, 3).map((text) => ({ title: text, message: `@${bot.name} ${text}` }))} send={write}
                  dismiss={() => { localStorage.setItem("jirei-playground-hint", "off"); setHintOff(true); }} />
              ) : direct && !list.length && !!page.prompts?.length && <Hint title={say.prompts} items={page.prompts} send={write} />} />
            {!direct && !channel.bot_member && !channel.archived && (
              <p className="notice invite">{say.notInChannel(bot.name)}<button type="button" className="button slim" data-testid="invite" onClick={() => void send("invite", { channel: channel.id })}>{say.invite(bot.name)}</button></p>
            )}
            {channel.archived && <p className="notice invite">{say.archived}</p>}
            <Composer key={me.id + channel.id} testid="composer" placeholder={say.writeTo(place)} commands={commands} people={everybody.filter((u) => u.id !== me.id)} autoFocus
              draft={drafts.current.get(channel.id) ?? ""} keep={(t) => drafts.current.set(channel.id, t)} send={(t) => write(t)} />
          </main>
          {root && (
            <aside className="thread" ref={threadRef} data-testid="thread-pane" aria-label={say.thread} onKeyDown={(ev) => { if (ev.key === "Escape" && !ev.defaultPrevented && !(ev.target as HTMLElement).closest("dialog")) go({ channel: channel.id, thread: "" }); }}>
              <header className="bar">
                <h2>{say.thread}</h2><p className="topic">{place}</p>
                <button type="button" className="icon-button" data-testid="thread-close" aria-label={say.closeThread} onClick={() => go({ channel: channel.id, thread: "" })}><Cross /></button>
              </header>
              <MessageList id={`${say.thread} ${root.ts}`} messages={[root, ...replies(list, root.ts)]} actions={{ ...actions, openThread: undefined }}
                below={(m) => (m.ts === root.ts && replies(list, root.ts).length ? <p className="rule"><span>{say.replies(replies(list, root.ts).length)}</span></p> : null)}
                tail={doing(root.ts) && <Status text={doing(root.ts)} />} />
              <Composer key={me.id + root.ts} testid="thread-composer" placeholder={say.reply} commands={[]} people={everybody.filter((u) => u.id !== me.id)}
                draft={drafts.current.get(root.ts) ?? ""} keep={(t) => drafts.current.set(root.ts, t)} send={(t) => write(t, root.ts)} />
            </aside>
          )}
          {view && (
            <Modal view={view} drafts={forms.current}
              act={async (action) => { await send("action", { channel: channel.id, view_id: view.id, ...action }); }}
              submit={(values) => send("submit", { view_id: view.id, values })} close={() => void send("close", { view_id: view.id })} />
          )}
        </div>
      </GoTo>
    </RoomContext>
  );
}

// Hint is a few questions to press, until one has asked something.
function Hint({ title, lead, items, send, dismiss }: { title: string; lead?: string; items: Prompt[]; send(text: string): void; dismiss?(): void }) {
  const { say } = useLanguage();
  return (
    <section className="hint" aria-label={title} data-testid="examples">
      <header><h2>{title}</h2>{dismiss && <button type="button" className="link" onClick={dismiss}>{say.dismiss}</button>}</header>
      {lead && <p>{lead}</p>}
      {items.map((item) => <button type="button" key={item.title} className="example" data-testid="example" onClick={() => send(item.message)}>{item.title}</button>)}
    </section>
  );
}

createRoot(document.getElementById("page")!).render(<App />);
