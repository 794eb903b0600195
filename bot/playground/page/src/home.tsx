// home.tsx — the app's Home tab beside its messages: what the bot published, with fields that one can fill in.
import { useContext, useEffect, useMemo, useState } from "react";
import { Blocks, startValues, type Act } from "./blocks.tsx";
import { RoomContext } from "./controls.tsx";
import { post, type Values, type View } from "./wire.ts";
import { useLanguage } from "./words.ts";

export type Tab = "home" | "messages";

export function Tabs({ tab, pick }: { tab: Tab; pick(tab: Tab): void }) {
  const { say } = useLanguage();
  return (
    <div className="tabs" role="tablist">
      {(["home", "messages"] as const).map((t) => (
        <button type="button" role="tab" key={t} aria-selected={t === tab} data-testid={`tab-${t}`} onClick={() => pick(t)}>{t === "home" ? say.home : say.messages}</button>
      ))}
    </div>
  );
}

export function Home({ view, user, connected, act }: { view: View | null | undefined; user: string; connected: boolean; act: Act }) {
  const { say } = useLanguage();
  const room = useContext(RoomContext);
  const blocks = useMemo(() => view?.blocks ?? [], [view?.blocks]);
  const [values, setValues] = useState<Values>({});
  // Slack tells the app that its Home was opened; the app publishes it.
  useEffect(() => { if (connected) void post("open", { user, tab: "home" }); }, [connected, user]);
  useEffect(() => setValues((was) => startValues(blocks, room, was)), [blocks]);
  const set = (block: string, action: string, value: Values[string][string]) => setValues((all) => ({ ...all, [block]: { ...all[block], [action]: value } }));
  return (
    <div className="messages home" data-testid="home" tabIndex={0} aria-label={say.home}>
      {view ? <Blocks blocks={blocks} act={(action) => act({ ...action, view_id: view.id, values })} form={{ values, set, errors: {} }} /> : <p className="beginning">{say.noHome}</p>}
    </div>
  );
}
