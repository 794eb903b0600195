package answer

import (
	"errors"
	"slices"
	"testing"

	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/retrieval"
)

func TestASearchWithoutItsVectorsIsLabelled(t *testing.T) {
	t.Parallel()
	for _, l := range []phrases.Locale{phrases.Japanese, phrases.English} {
		p := phrases.For(l)
		for refused := range 2 {
			a := Answer{Found: retrieval.Result{Refused: refused == 1}}
			if slices.Contains(Notes(p, a), p.Blind) {
				t.Errorf("%s: said, though nothing is missing", l)
			}
			a.Found.Blind = errors.New("the server is down")
			if !slices.Contains(Notes(p, a), p.Blind) || p.Blind == "" {
				t.Errorf("%s, refused %d: not said", l, refused)
			}
		}
	}
}
