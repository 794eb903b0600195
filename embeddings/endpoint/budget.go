package endpoint

import (
	"sync"
	"time"
	"unicode/utf8"
)

// Budget counts the tokens of a day and stops at a cap, so that a busy channel
// or a loop cannot run up a bill. It lives in memory: a restart forgets it,
// which is why the provider's own limit stays the one to rely on for money.
type Budget struct {
	// Cap is the most tokens per day, 0 for no cap.
	Cap int
	// Now is the clock, for tests; nil is time.Now.
	Now func() time.Time

	mu   sync.Mutex
	day  string
	used int
}

// Reserve sets tokens aside before they are spent, so that questions asked at
// once cannot pass the cap together; false where they are not there.
func (b *Budget) Reserve(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now
	if b.Now != nil {
		now = b.Now
	}
	if day := now().Format(time.DateOnly); day != b.day {
		b.day, b.used = day, 0
	}
	if b.Cap > 0 && b.used+n > b.Cap {
		return false
	}
	b.used += n
	return true
}

// Settle puts what was really spent in place of what was reserved. Over
// midnight the day's sum may go below zero by a little; it is held at zero.
func (b *Budget) Settle(reserved, spent int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used = max(0, b.used-reserved+spent)
}

// Used returns what was spent today.
func (b *Budget) Used() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Tokens estimates how many tokens a text has: a little more than one for each
// Japanese character, one for three or so of Latin. It is used before a call,
// and after one whose server counts nothing.
func Tokens(text string) int {
	wide := 0
	for _, r := range text {
		if r >= 0x2e80 {
			wide++
		}
	}
	return wide + wide/5 + (utf8.RuneCountInString(text)-wide)/3 + 1
}
