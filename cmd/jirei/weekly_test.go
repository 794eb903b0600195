package main

import (
	"slices"
	"testing"
	"time"

	"github.com/jirei/jirei/bot/playground"
	"github.com/jirei/jirei/retrieval/postgres/db"
)

// Two bots on one database find a subscription due at the same moment, and one case is posted; a week that was missed is posted once.
func TestTwoBotsSendASubscriptionOnce(t *testing.T) {
	t.Parallel()
	p := twoBots(t)
	if err := p.slack.Command(playground.Sato, "#general", "/jirei", "購読 #security 月曜 9:00"); err != nil {
		t.Fatal(err)
	}
	pool, err := db.Open(t.Context(), p.db)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	posts := func() (n int) {
		for _, m := range p.slack.Messages("#security") {
			if m.Bot {
				n++
			}
		}
		return n
	}
	wait(t, p.slack, "the confirmation", func() bool { return len(p.slack.Ephemerals(playground.Sato, "#general")) > 0 })
	for round := 1; round <= 3; round++ {
		due := time.Now().Add(-time.Duration(round) * 10 * 24 * time.Hour)
		if _, err := pool.Exec(t.Context(), `UPDATE record_subscription SET due = $1`, due.UnixMilli()); err != nil {
			t.Fatal(err)
		}
		wait(t, p.slack, "the case", func() bool { return posts() >= round })
	}
	var sent, left int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM record_sent`).Scan(&sent); err != nil {
		t.Fatal(err)
	}
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE args->>'kind' = 'weekly'`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if posts() != 3 || sent != 3 || left != 3 {
		t.Errorf("%d posts, %d cases chosen, %d pieces of work; want 3 of each", posts(), sent, left)
	}
	var texts []string
	for _, m := range p.slack.Messages("#security") {
		texts = append(texts, m.Text)
	}
	if slices.Sort(texts); len(slices.Compact(texts)) != 3 {
		t.Errorf("a case came twice: %q", texts)
	}
}
