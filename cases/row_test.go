package cases

import (
	"encoding/json"
	"reflect"
	"testing"
)

func full() Case {
	return Case{
		ID: "b/14", Page: 14, Title: "題", Measures: []string{"一", "二"},
		Facets:      Facets{Industry: "製造業", Categories: []string{"被害有"}, Employees: "21～50名以下", Size: &Size{21, 50}, Stars: 2},
		Corrections: []Correction{{Page: 14, Field: "title", Printed: "大", Corrected: "題", Reason: "誤字"}},
	}
}

func TestRowIsTheContract(t *testing.T) {
	t.Parallel()
	open := full()
	open.Employees, open.Size = "301名以上", &Size{Min: 301}
	for name, c := range map[string]struct {
		in   Case
		want string
	}{
		"full":     {full(), `{"case":"b/14","page":14,"title":"題","category":["被害有"],"measures":["一","二"],"employees":"21～50名以下","size":{"min":21,"max":50},"industry":"製造業","stars":2}`},
		"open":     {open, `{"case":"b/14","page":14,"title":"題","category":["被害有"],"measures":["一","二"],"employees":"301名以上","size":{"min":301,"max":null},"industry":"製造業","stars":2}`},
		"no facet": {Case{ID: "b/1", Page: 1, Title: "題"}, `{"case":"b/1","page":1,"title":"題","category":[],"measures":[],"employees":"","size":null,"industry":"","stars":0}`},
	} {
		got, err := json.Marshal(c.in.Row())
		if err != nil || string(got) != c.want {
			t.Errorf("%s\n got %s (%v)\nwant %s", name, got, err, c.want)
		}
	}
}

func TestRowSharesNothing(t *testing.T) {
	t.Parallel()
	c := full()
	r := c.Row()
	r.Category[0], r.Measures[0], *r.Size.Max = "x", "x", 1
	if !reflect.DeepEqual(c, full()) {
		t.Errorf("writing to a Row changed its case: %+v", c)
	}
}

// Indexing asks only the hash whether a case changed, so every field must count.
func TestHashSeesEveryField(t *testing.T) {
	t.Parallel()
	base := full().Hash()
	seen := map[string]string{base: "unchanged"}
	for name, change := range map[string]func(*Case){
		"id":          func(c *Case) { c.ID = "c/14" },
		"page":        func(c *Case) { c.Page++ },
		"title":       func(c *Case) { c.Title += "。" },
		"measure":     func(c *Case) { c.Measures[0] += "。" },
		"measures":    func(c *Case) { c.Measures = []string{"一二"} },
		"industry":    func(c *Case) { c.Industry = "" },
		"categories":  func(c *Case) { c.Categories = nil },
		"employees":   func(c *Case) { c.Employees = "21～50名" },
		"size":        func(c *Case) { c.Size = nil },
		"open size":   func(c *Case) { c.Size = &Size{Min: 21} },
		"stars":       func(c *Case) { c.Stars = 3 },
		"corrections": func(c *Case) { c.Corrections = nil },
		"reason":      func(c *Case) { c.Corrections[0].Reason = "別" },
	} {
		c := full()
		change(&c)
		if other, twice := seen[c.Hash()]; twice {
			t.Errorf("%s hashes like %s", name, other)
		}
		seen[c.Hash()] = name
	}
	if again := full().Hash(); again != base {
		t.Errorf("hash %s, then %s", base, again)
	}
	// The literal pins the hash across versions of this package: a change of
	// it re-indexes every store, which should be meant.
	if want := "2fd7bfc63efa6d9d1be81fb5a831e4d1208760bdf22bdbfe5d6707a458e978ea"; base != want {
		t.Errorf("hash = %s, want %s", base, want)
	}
	empty, none := Case{Measures: []string{}}, Case{}
	if empty.Hash() != none.Hash() {
		t.Error("an empty list hashes unlike none")
	}
}

func TestPagesOfNoBook(t *testing.T) {
	t.Parallel()
	if first, last := (Book{}).Pages(); first != 0 || last != 0 {
		t.Errorf("Pages() = %d, %d", first, last)
	}
}
