package bot

import (
	"encoding/json"
	"strings"
)

// packed writes what a button or a form carries: state that has to survive a
// restart travels with the message. < and & stay as they are, or a comment of
// them would be six times as long, and Slack counts. Only structs of plain
// fields are packed, which cannot fail.
func packed(v any) string {
	var b strings.Builder
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(v); err != nil {
		panic("what a button carries did not marshal: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
