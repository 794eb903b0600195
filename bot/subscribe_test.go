package bot

import (
	"testing"
	"time"
)

func TestNextTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, now string
		day             time.Weekday
		minute          int
		want            string
	}{
		{"later today", "Asia/Tokyo", "2026-11-30T08:59:59+09:00", time.Monday, 540, "2026-11-30T09:00:00+09:00"},
		{"this very moment is over", "Asia/Tokyo", "2026-11-30T09:00:00+09:00", time.Monday, 540, "2026-12-07T09:00:00+09:00"},
		{"another day", "Asia/Tokyo", "2026-11-25T23:00:00+09:00", time.Sunday, 0, "2026-11-29T00:00:00+09:00"},
		{"today there, tomorrow here", "America/New_York", "2026-11-30T01:00:00Z", time.Monday, 540, "2026-11-30T09:00:00-05:00"},
		{"summer time begins in between", "America/New_York", "2027-03-08T10:00:00-05:00", time.Monday, 540, "2027-03-15T09:00:00-04:00"},
		{"and ends", "Europe/Berlin", "2026-10-19T10:00:00+02:00", time.Monday, 540, "2026-10-26T09:00:00+01:00"},
		{"a time that is left out", "America/New_York", "2027-03-13T00:00:00-05:00", time.Sunday, 150, "2027-03-14T01:30:00-05:00"},
		{"after the time that was left out", "America/New_York", "2027-03-14T01:30:00-05:00", time.Sunday, 150, "2027-03-21T02:30:00-04:00"},
		{"a time that comes twice", "America/New_York", "2026-10-31T12:00:00-04:00", time.Sunday, 90, "2026-11-01T01:30:00-04:00"},
		{"its second coming", "America/New_York", "2026-11-01T01:30:00-04:00", time.Sunday, 90, "2026-11-08T01:30:00-05:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextTime(now, c.day, c.minute, zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
