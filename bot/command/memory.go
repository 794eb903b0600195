package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Do is what is done with a setting or with subscriptions.
type Do int

// What can be done. Put is what a company or a time is given for.
const (
	Put Do = iota
	Show
	Stop
)

// Weekly is a time of the week, in the zone of whoever wrote it.
type Weekly struct {
	Day    time.Weekday
	Minute int // of the day
}

// nine is when a subscription comes that names a day alone.
const nine = 9 * 60

// showing and stopping are the words that follow 設定 and 購読 alone.
var (
	showing  = []string{"", "一覧", "確認", "list", "show"}
	stopping = []string{"なし", "無し", "停止", "解除", "削除", "やめる", "none", "stop", "off", "clear"}
)

// setting reads 「建設業 30人」. Whether these are an industry and a size is for the book to tell.
func (r Reader) setting(c *Command, rest string) bool {
	switch word := fold(rest); {
	case slices.Contains(showing, word):
		c.Do = Show
	case slices.Contains(stopping, word):
		c.Do = Stop
	default:
		c.Text = rest
		return r.Conditions(rest)
	}
	return true
}

// subscribe reads 「#security 月曜 9:00」 in any order, with the words that people put between.
func (c *Command) subscribe(rest string) bool {
	c.Do = Show
	for word := range strings.FieldsSeq(norm.NFKC.String(rest)) {
		name, isChannel := strings.CutPrefix(word, "#")
		word = fold(word)
		day, isDay := weekday(word)
		minute, isTime := minuteOfDay(word)
		switch {
		case slices.Contains(stopping, word):
			c.Do = Stop
		case slices.Contains(showing, word), slices.Contains([]string{"毎週", "に", "の", "at", "every", "on", "to", "in"}, word):
		case isChannel && name != "" && c.Channel == (Channel{}):
			c.Channel.Name = name
		case isDay:
			if c.weekly().Day = day; c.Do == Show {
				c.Do = Put
			}
		case isTime:
			c.weekly().Minute = minute
		default:
			return false
		}
	}
	if c.Do != Put {
		c.At = nil // a time without a day, or beside 停止
	}
	return true
}

func (c *Command) weekly() *Weekly {
	if c.At == nil {
		c.At = &Weekly{Minute: nine}
	}
	return c.At
}

func weekday(word string) (time.Weekday, bool) {
	word = strings.TrimPrefix(word, "毎週")
	for i, kanji := range []string{"日", "月", "火", "水", "木", "金", "土"} {
		if rest, ok := strings.CutPrefix(word, kanji); ok && slices.Contains([]string{"", "曜", "曜日", "曜日の", "曜に", "曜日に"}, rest) {
			return time.Weekday(i), true
		}
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		full := strings.ToLower(d.String())
		if word == full || word == full+"s" || len(word) >= 3 && word == full[:min(3, len(full))] {
			return d, true
		}
	}
	return 0, false
}

var clock = regexp.MustCompile(`^(午前|午後)?([0-9]{1,2})(?::([0-5][0-9])|時(?:([0-5]?[0-9])分|(半))?)?(am|pm)?に?$`)

// minuteOfDay reads 9:00, 9時半, 午後3時 and 3pm; a bare 9 is no time.
func minuteOfDay(word string) (int, bool) {
	g := clock.FindStringSubmatch(word)
	if len(g) == 0 {
		return 0, false
	}
	if g[3] == "" && g[6] == "" && !strings.Contains(word, "時") {
		return 0, false
	}
	hour, _ := strconv.Atoi(g[2])
	minute, _ := strconv.Atoi(g[3] + g[4])
	if g[5] != "" {
		minute = 30
	}
	if half := g[1] + g[6]; half != "" {
		if hour > 12 {
			return 0, false
		}
		hour %= 12
		if half == "午後" || half == "pm" {
			hour += 12
		}
	}
	return hour*60 + minute, hour < 24
}
