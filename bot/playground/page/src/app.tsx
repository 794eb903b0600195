// app.tsx — the page: it loads the state, listens to events, knows which place is on the screen. desk.tsx draws it.
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { Theme } from "./blocks.tsx";
import { Desk, type Place } from "./desk.tsx";
import { reduce, threadKey, threadOf, type Model } from "./model.ts";
import { load, type Event } from "./wire.ts";
import { Language, words } from "./words.ts";
import "./app.css";

const remembered = "jirei-playground-user";

// The place lives in the address (#C1/1700000000.000100) so that reload, back and permalinks work.
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
  const [known, setKnown] = useState(""); // the state says who one is; before that there is nobody to listen for
  const handlers = useRef({ onLoad, onEvent });
  handlers.current = { onLoad, onEvent };
  const wanted = useRef(user);
  wanted.current = user;
  const reload = useCallback(async () => {
    try {
      const page = await load(user);
      if (wanted.current !== user) return; // switched meanwhile
      handlers.current.onLoad(page);
      setKnown(page.me.id);
      setFailed(false);
    } catch { setFailed(true); }
  }, [user]);
  useEffect(() => void reload(), [reload]);
  useEffect(() => {
    if (!known || known !== user) return;
    const stream = new EventSource("/page/events?user=" + encodeURIComponent(known));
    stream.onopen = () => { setOnline(true); void reload(); };
    stream.onerror = () => setOnline(false);
    stream.onmessage = (ev) => handlers.current.onEvent(JSON.parse(ev.data));
    return () => stream.close();
  }, [known, user, reload]);
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
  // A permalink may name a reply: its thread is what to open.
  const aimed = page?.messages[place.channel]?.find((m) => m.ts === place.thread);
  const here: Place = { channel: channel?.id ?? "", thread: channel?.id !== place.channel ? "" : (aimed && threadOf(aimed)) || place.thread };
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
    setToasts([]); // what went wrong elsewhere is of no use here
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

createRoot(document.getElementById("page")!).render(<App />);
