package phrases

import "fmt"

// rooms are the texts of direct messages and channels.
type rooms struct {
	// Writing says that a model words a summary; WritingStopped, that its asker
	// stopped it; Stopped, that there is nothing to show yet.
	Writing, WritingStopped, Stopped string
	// Greeting heads the suggested prompts, each a title and the message it sends.
	Greeting string
	Prompts  [][2]string
	// Welcome is said in a channel that jirei was invited to, a line each.
	Welcome []string
	// Outsider says why guests and people of other organisations get no answer.
	Outsider string
	// NoRoot asks for the question of a thread that cannot be read.
	NoRoot string

	// ordered says how the cases shown before are ordered, by retrieval.Sorting.
	ordered     [5]string
	orderedNone string
	unstarred   string

	shareOutside, shareMaybeOutside string
}

// ShareOutside asks whether a case may go where people of other organisations
// read it; sure is false where Slack did not say whether there are any.
func (p *Phrases) ShareOutside(channel string, sure bool) string {
	if !sure {
		return fmt.Sprintf(p.shareMaybeOutside, channel)
	}
	return fmt.Sprintf(p.shareOutside, channel)
}

// Ordered says how the cases shown before are ordered (retrieval.Sorting), n of
// which state what they are ordered by.
func (p *Phrases) Ordered(order, n int) string {
	if n == 0 {
		return p.orderedNone
	}
	return p.ordered[order]
}

// NoStarsStated says how many cases state no stars.
func (p *Phrases) NoStarsStated(n int) string { return fmt.Sprintf(p.unstarred, n) }
