// desk.tsx — everything on the screen once the state is there: sidebar, channel, thread, modal.
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from "react";
import { GoTo, type Act } from "./blocks.tsx";
import { Composer } from "./composer.tsx";
import { RoomContext, type Room } from "./controls.tsx";
import { MessageList, Replies, type RowActions } from "./message.tsx";
import { Home, Tabs, type Tab } from "./home.tsx";
import { Cross, Modal } from "./modal.tsx";
import { replies, roots, threadKey, threadOf, type Model } from "./model.ts";
import { Sidebar } from "./sidebar.tsx";
import { post, type Channel, type Command, type Message, type PageState, type Prompt, type User, type Values } from "./wire.ts";
import { useLanguage } from "./words.ts";

// Place is what is on the screen: a channel, and a thread ("" for none).
export interface Place { channel: string; thread: string }

interface DeskProps {
  model: Model; here: Place; online: boolean; threadRef: RefObject<HTMLElement | null>;
  go(p: Place): void; become(user: string): void; toast(text: string): void; dismiss(channel: string, ts: string): void;
}

export function Desk({ model, here, online, threadRef, go, become, toast, dismiss }: DeskProps) {
  const { page, view, unread } = model;
  const { me, users, bot, channels } = page;
  const channel = channels.find((c) => c.id === here.channel)!;
  const list = page.messages[channel.id] ?? [];
  const [menu, setMenu] = useState(false);
  const [tab, setTab] = useState<Tab>("messages");
  const home = tab === "home" && channel.kind === "im";
  const forms = useRef(new Map<string, Values>());
  if (!view) forms.current.clear();

  const everybody = useMemo(() => (users.some((u) => u.id === bot.id) ? users : [...users, bot]), [users, bot]);
  const room: Room = useMemo(() => ({ channels, users: everybody, current: here.channel }), [channels, everybody, here.channel]);
  const send = useSend(me.id, toast);
  const goTo = useCallback((id: string) => { setMenu(false); go({ channel: id, thread: "" }); }, [go]);
  const actions = useActions(send, here.channel, page, go, dismiss);
  const compose = useComposer(send, channel, page, everybody, toast);
  const doing = useDoing(model, channel.id);

  const root = here.thread ? list.find((m) => m.ts === here.thread) : undefined;
  const open = (ts: string) => go({ channel: channel.id, thread: ts });
  const below = (m: Message) => {
    const answers = replies(list, m.ts), status = doing(m.ts);
    if (threadOf(m) || !(answers.length || status)) return null;
    return <Replies list={answers} status={status} unread={!!unread[threadKey(channel.id, m.ts)]} open={() => open(m.ts)} />;
  };

  return (
    <RoomContext value={room}>
      <GoTo value={goTo}>
        <div className={root ? "desk with-thread" : "desk"}>
          <Sidebar page={page} current={channel.id} unread={unread} online={online} open={menu} go={goTo} become={become} shut={() => setMenu(false)} />
          <main className="channel">
            <Top channel={channel} page={page} online={online} menu={menu} openMenu={() => setMenu(true)} send={send} />
            {channel.kind === "im" && <Tabs tab={tab} pick={setTab} />}
            {home ? <Home view={page.home} user={me.id} connected={page.connected} act={async (action) => { await send("action", { channel: channel.id, ...action }); }} /> : <>
              <MessageList id={placeName(channel)} messages={roots(list)} actions={actions} below={below} days
                head={<Beginning channel={channel} />} tail={<Hints channel={channel} page={page} list={list} write={(text) => void compose.write(text, "")} />} />
              <Absent channel={channel} page={page} send={send} />
              {compose.box(channel.id, "")}
            </>}
          </main>
          {root && (
            <Thread root={root} answers={replies(list, root.ts)} place={placeName(channel)} status={doing(root.ts)} actions={actions} close={() => open("")} box={threadRef}>
              {compose.box(root.ts, root.ts)}
            </Thread>
          )}
          {view && (
            <Modal view={view} drafts={forms.current} act={async (action) => { await send("action", { channel: channel.id, view_id: view.id, ...action }); }}
              submit={(values) => send("submit", { view_id: view.id, values })} close={() => void send("close", { view_id: view.id })} />
          )}
        </div>
      </GoTo>
    </RoomContext>
  );
}

const placeName = (c: Channel) => (c.kind === "im" ? c.name : "#" + c.name);

// Send posts what one does; true if the server took it. What it refuses is said in a toast.
type Send = (path: string, body: object) => Promise<boolean>;

function useSend(user: string, toast: (text: string) => void): Send {
  const { say } = useLanguage();
  return useCallback(async (path, body) => {
    const error = await post(path, { user, ...body });
    if (error) toast(say.errors[error.split(":")[0]!] ?? error);
    return !error;
  }, [user, toast, say]);
}

function useActions(send: Send, channel: string, page: PageState, go: (p: Place) => void, dismiss: (channel: string, ts: string) => void): RowActions {
  return useMemo(() => ({
    act: (m: Message): Act => async (action) => { await send("action", { channel, message_ts: m.ts, ...action }); },
    openThread: (ts) => go({ channel, thread: ts }),
    dismiss: (m) => dismiss(channel, m.ts),
    shortcuts: (page.shortcuts ?? []).filter((s) => s.message),
    shortcut: (callback_id, m) => void send("shortcut", { callback_id, channel, message_ts: m.ts }),
  }), [send, go, dismiss, channel, page.shortcuts]);
}

// useComposer is how one writes into this channel or one of its threads. Drafts outlive a change of place and of person.
function useComposer(send: Send, channel: Channel, page: PageState, everybody: User[], toast: (text: string) => void) {
  const { say } = useLanguage();
  const { me, bot } = page;
  const drafts = useRef(new Map<string, string>());
  const commands: Command[] = useMemo(() => [...page.commands, {
    command: "/invite", usage: "@" + bot.name, description: say.inviteHint, completions: [{ text: "@" + bot.name, hint: "" }],
  }], [page.commands, bot.name, say]);
  const people = useMemo(() => everybody.filter((u) => u.id !== me.id), [everybody, me.id]);

  const write = (text: string, thread_ts: string): Promise<boolean> => {
    if (!text.startsWith("/")) return send("say", { channel: channel.id, text, thread_ts });
    if (thread_ts) { toast(say.noCommandInThread); return Promise.resolve(false); }
    if (text.split(/\s/)[0] === "/invite") return send("invite", { channel: channel.id });
    return send("command", { channel: channel.id, text });
  };
  const box = (place: string, thread: string) => {
    const key = `${me.id}/${place}`;
    return <Composer key={key} testid={thread ? "thread-composer" : "composer"} placeholder={thread ? say.reply : say.writeTo(placeName(channel))} autoFocus={!thread}
      commands={thread ? none : commands} people={people} draft={drafts.current.get(key) ?? ""} keep={(t) => drafts.current.set(key, t)} send={(t) => write(t, thread)} />;
  };
  return { write, box };
}

const none: Command[] = [];

// useDoing words a thread's status. A legacy one reads "is searching…" behind the app's name; an agent session only says "processing".
function useDoing({ page: { bot }, status }: Model, channel: string): (thread: string) => string {
  const { say } = useLanguage();
  return (thread) => {
    const text = status[threadKey(channel, thread)] ?? "";
    if (!text || text.startsWith(bot.name)) return text;
    return `${bot.display_name || bot.name} ${text === "processing" ? say.working : text}`;
  };
}

function Top({ channel, page, online, menu, openMenu, send }: { channel: Channel; page: PageState; online: boolean; menu: boolean; openMenu(): void; send: Send }) {
  const { say } = useLanguage();
  return (
    <>
      <header className="bar">
        <button type="button" className="icon-button only-narrow" aria-label={say.menu} aria-expanded={menu} onClick={openMenu}>☰</button>
        <h1>{placeName(channel)}</h1>
        <p className="topic">{channel.topic}</p>
        {(page.shortcuts ?? []).filter((s) => !s.message).map((s) => (
          <button type="button" className="button slim" key={s.callback_id} data-callback-id={s.callback_id}
            onClick={() => void send("shortcut", { callback_id: s.callback_id, channel: channel.id })}>{s.name}</button>
        ))}
      </header>
      {!online ? <p className="notice" role="status">{say.lost}</p> : !page.connected && <p className="notice" role="status">{say.botAway}</p>}
    </>
  );
}

function Beginning({ channel }: { channel: Channel }) {
  const { say } = useLanguage();
  return <p className="beginning">{channel.kind === "im" ? say.startOfDM(channel.name) : say.startOf(placeName(channel))}</p>;
}

// Absent says why nobody would answer here.
function Absent({ channel, page: { bot }, send }: { channel: Channel; page: PageState; send: Send }) {
  const { say } = useLanguage();
  if (channel.archived) return <p className="notice invite">{say.archived}</p>;
  if (channel.kind === "im" || channel.bot_member) return null;
  return (
    <p className="notice invite">
      {say.notInChannel(bot.name)}
      <button type="button" className="button slim" data-testid="invite" onClick={() => void send("invite", { channel: channel.id })}>{say.invite(bot.name)}</button>
    </p>
  );
}

const hintOff = "jirei-playground-hint"; // in localStorage once dismissed

// Hints are questions to press: on the first visit of #general, and in a direct message what the bot suggests there.
function Hints({ channel, page, list, write }: { channel: Channel; page: PageState; list: Message[]; write(text: string): void }) {
  const { say } = useLanguage();
  const [off, setOff] = useState(() => localStorage.getItem(hintOff) !== null);
  const { me, bot, connected } = page;
  const direct = channel.kind === "im";
  // Slack tells an app that its direct message was opened; the bot answers with its prompts.
  useEffect(() => { if (direct && connected) void post("open", { user: me.id }); }, [direct, connected, me.id]);
  if (direct) {
    return list.length || !page.prompts?.length ? null : <Hint title={say.prompts} items={page.prompts} write={write} />;
  }
  const items = (page.examples ?? []).slice(0, 3).map((text) => ({ title: text, message: `@${bot.name} ${text}` }));
  if (off || !items.length || channel.name !== "general" || list.some((m) => m.user === me.id)) return null;
  return <Hint title={say.examples} lead={say.examplesLead(bot.name)} items={items} write={write} dismiss={() => { localStorage.setItem(hintOff, "1"); setOff(true); }} />;
}

function Hint({ title, lead, items, write, dismiss }: { title: string; lead?: string; items: Prompt[]; write(text: string): void; dismiss?(): void }) {
  const { say } = useLanguage();
  return (
    <section className="hint" aria-label={title} data-testid="examples">
      <header><h2>{title}</h2>{dismiss && <button type="button" className="link" onClick={dismiss}>{say.dismiss}</button>}</header>
      {lead && <p>{lead}</p>}
      {items.map((item) => <button type="button" key={item.title} className="example" data-testid="example" onClick={() => write(item.message)}>{item.title}</button>)}
    </section>
  );
}

interface ThreadProps { root: Message; answers: Message[]; place: string; status: string; actions: RowActions; close(): void; box: RefObject<HTMLElement | null>; children: ReactNode }

function Thread({ root, answers, place, status, actions, close, box, children }: ThreadProps) {
  const { say } = useLanguage();
  const inside = useMemo(() => ({ ...actions, openThread: undefined }), [actions]);
  const onKeyDown = (ev: React.KeyboardEvent) => {
    if (ev.key === "Escape" && !ev.defaultPrevented && !(ev.target as HTMLElement).closest("dialog")) close(); // a confirmation has its own Escape
  };
  return (
    <aside className="thread" ref={box} data-testid="thread-pane" aria-label={say.thread} onKeyDown={onKeyDown}>
      <header className="bar">
        <h2>{say.thread}</h2><p className="topic">{place}</p>
        <button type="button" className="icon-button" data-testid="thread-close" aria-label={say.closeThread} onClick={close}><Cross /></button>
      </header>
      <MessageList id={`${say.thread} ${root.ts}`} messages={[root, ...answers]} actions={inside} status={status}
        below={(m) => (m.ts === root.ts && answers.length ? <p className="rule"><span>{say.replies(answers.length)}</span></p> : null)} />
      {children}
    </aside>
  );
}
