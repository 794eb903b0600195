package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/retrieval/postgres/db/dbtest"
)

// The database is away at the start: the bot waits and says so, and begins when it comes.
func TestBotWaitsForItsDatabase(t *testing.T) {
	t.Parallel()
	between, at := through(t, dbtest.Schema(t))
	between.refuse()
	p := bots(t, world(t), at)
	p.run("one")
	p.says("one", "応答しません")
	p.says("one", "2秒後にもう一度つなぎます")
	between.restore()
	wait(t, p.slack, "both sockets", func() bool { return p.slack.Connections() == 2 })
	ts := p.ask("UTMを導入した会社の事例は？")
	p.answered(ts)
	p.once(ts)
	if said := p.said["one"].String(); strings.Contains(said, "jirei:jirei@") {
		t.Errorf("the address is told: %s", said)
	}
}

// away is how a database goes and comes back.
type away struct{ leave, back func() }

// ways makes a database and the ways in which it goes away, one for each test.
var ways = map[string]func(t *testing.T) (at string, way away){
	"connections are refused": func(t *testing.T) (string, away) {
		between, at := through(t, dbtest.Schema(t))
		return at, away{between.refuse, between.restore}
	},
	"nothing gets through": func(t *testing.T) (string, away) {
		between, at := through(t, dbtest.Schema(t))
		return at, away{between.swallow, between.restore}
	},
	"every answer takes seconds": func(t *testing.T) (string, away) {
		between, at := through(t, dbtest.Schema(t))
		return at, away{func() { between.slow(1500 * time.Millisecond) }, between.restore}
	},
	"it can only be read, as after a failover": func(t *testing.T) (string, away) {
		db := dbtest.Database(t)
		between, at := through(t, db)
		set := func(mode string) func() {
			return func() {
				name := db[strings.LastIndexByte(db, '/')+1:]
				name, _, _ = strings.Cut(name, "?")
				dbtest.Do(t, dbtest.With(t, db, "default_transaction_read_only", "off"), `ALTER DATABASE `+name+` SET default_transaction_read_only = `+mode)
				between.reset()
			}
		}
		return at, away{set("on"), set("off")}
	},
}

// The database goes in the middle of an answer and comes back later. What was acknowledged is answered, what was not comes again, and who
// sent something that does not come again is told.
func TestDatabaseGoesAndComesBack(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup // they wait more than they work, so they are not among those of which as many run as there are cores
	for name, way := range ways {
		all.Go(func() { t.Run(name, func(t *testing.T) { goesAndComesBack(t, way) }) })
	}
	all.Wait()
}

func goesAndComesBack(t *testing.T, way func(*testing.T) (string, away)) {
	outage := 8 * time.Second // longer than River's first three tries to write the end of the first answer
	if long, err := time.ParseDuration(os.Getenv("JIREI_TEST_OUTAGE")); err == nil {
		outage = long
	}
	at, database := way(t)
	// Slack sends again at once, after a minute and after five; here for the last time when the database is back.
	slack := worldWith(t, playground.Options{Retries: []time.Duration{0, 500 * time.Millisecond, outage - 6*time.Second}})
	p := bots(t, slack, at)
	p.start("one")
	before := p.ask("製造業でUTMを導入した会社の事例は？")
	p.answered(before)
	reply := slack.Thread(playground.Sato, playground.General, before)[1]
	place, value := p.button(reply, "case_share")
	if err := slack.Press(playground.Sato, place, "case_share", value); err != nil {
		t.Fatal(err)
	}
	wait(t, slack, "the form", func() bool { return slack.View(playground.Sato) != nil })
	for range len(p.asked) {
		<-p.asked
	}

	p.hold("one")
	during := p.ask("UTMを導入した会社の事例は？")
	p.thinking()
	database.leave()
	gone := time.Now()
	p.release()
	after := p.ask("製造業は何件？")
	p.whileAway(reply)
	<-time.After(time.Until(gone.Add(outage)))
	for _, e := range slack.Events() {
		if e.TS == after && e.Acked {
			t.Error("a question was acknowledged while nothing could be kept")
		}
	}
	database.back()
	back := time.Now()
	p.answered(during, after)
	t.Logf("away for %v; all was answered %v after it was back", outage, time.Since(back).Round(10*time.Millisecond))
	p.once(before, during, after)
	told := map[string]int{}
	for _, m := range slack.Ephemerals(playground.Sato, playground.General) {
		if strings.Contains(m.Text, "いま質問を記録できません") {
			told[m.ThreadTS]++
		}
	}
	// The question before comes as two events, and the second may have come too late.
	if told[after] != 1 || told[during] > 1 || told[before] > 0 {
		t.Errorf("notices by thread: %v; want one in %s", told, after)
	}
}

// whileAway does what Slack does not send again.
func (p *pair) whileAway(reply playground.Message) {
	p.t.Helper()
	unstored := func() int {
		n := 0
		for _, m := range p.slack.Ephemerals(playground.Sato, playground.General) {
			if strings.Contains(m.Text, "いま記録できません。少し後でもう一度お試しください") {
				n++
			}
		}
		return n
	}
	if err := p.slack.Command(playground.Sato, "#general", "/jirei", "UTM"); err != nil {
		p.t.Errorf("the command: %v", err)
	}
	wait(p.t, p.slack, "a word about the command", func() bool { return unstored() == 1 })
	place, value := p.button(reply, "facet_industry")
	if err := p.slack.Press(playground.Sato, place, "facet_industry", value); err != nil {
		p.t.Errorf("the press: %v", err)
	}
	wait(p.t, p.slack, "a word about the press", func() bool { return unstored() == 2 })
	if err := p.slack.Submit(playground.Sato, map[string]string{"channel": "#security", "comment": "見てください"}); err != nil {
		p.t.Errorf("the form: %v", err)
	}
	if v := p.slack.View(playground.Sato); v == nil || !strings.Contains(fmt.Sprint(v.Errors), "いま記録できません") {
		p.t.Errorf("the form says nothing: %+v", v)
	}
}

// button finds a button of a message.
func (p *pair) button(m playground.Message, action string) (at playground.At, value string) {
	p.t.Helper()
	var list []struct {
		ID       string `json:"block_id"`
		Elements []struct {
			Action string `json:"action_id"`
			Value  string `json:"value"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &list); err != nil {
		p.t.Fatal(err)
	}
	for _, b := range list {
		for _, e := range b.Elements {
			if e.Action == action {
				return playground.At{Channel: m.Channel, TS: m.TS, Block: b.ID}, e.Value
			}
		}
	}
	p.t.Fatalf("no %s in %s", action, m.Blocks)
	return playground.At{}, ""
}

// Connections that are reset in the middle of a transaction, and a pool of two for 8 workers, 16 receivers and a search: everything is answered, once.
func TestQuestionsOnABadNetworkAndASmallPool(t *testing.T) {
	t.Parallel()
	between, at := through(t, dbtest.Schema(t))
	p := bots(t, world(t), dbtest.With(t, at, "pool_max_conns", "2"))
	p.start("one")
	var asked []string
	for n := range 30 {
		asked = append(asked, p.ask("UTMを導入した会社の事例は？"))
		if n%3 == 1 {
			between.reset()
		}
	}
	p.answered(asked...)
	p.once(asked...)
}
