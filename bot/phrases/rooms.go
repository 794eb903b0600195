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

	shareOutside, shareMaybeOutside string
	ShareAnyway                     string
}

// ShareOutside asks whether a case may go where people of other organisations
// read it; sure is false where Slack did not say whether there are any.
func (p *Phrases) ShareOutside(channel string, sure bool) string {
	if !sure {
		return fmt.Sprintf(p.shareMaybeOutside, channel)
	}
	return fmt.Sprintf(p.shareOutside, channel)
}
