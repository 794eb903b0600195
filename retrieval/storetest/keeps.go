package storetest

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/jirei/jirei/retrieval"
)

// keeps holds a store to retrieval.Keeper.
func keeps(t *testing.T, store retrieval.Store) {
	keeper, ok := store.(retrieval.Keeper)
	if !ok {
		t.Fatal("the store is no retrieval.Keeper")
	}
	ctx := t.Context()
	holds := func(when, maker string, want map[string]string) {
		t.Helper()
		got, err := keeper.Recall(ctx, maker, []string{"a", "b", "c", "事例 '%_"})
		must(t, err)
		same := maps.EqualFunc(got, want, func(a []byte, b string) bool { return bytes.Equal(a, []byte(b)) })
		if !same {
			t.Errorf("%s: %s made %q, want %q", when, maker, got, want)
		}
	}
	holds("at first", "m 1", map[string]string{})
	odd := "\x00\xff'\n"
	must(t, keeper.Keep(ctx, "m 1", map[string][]byte{"a": []byte("1"), "b": []byte(odd), "事例 '%_": {}}))
	must(t, keeper.Keep(ctx, "m 2", map[string][]byte{"a": []byte("of another")}))
	must(t, keeper.Keep(ctx, "m 2", nil))
	must(t, keeper.Keep(ctx, "m 1", map[string][]byte{"a": []byte("2"), "c": []byte("3")}))
	holds("replaced", "m 1", map[string]string{"a": "2", "b": odd, "c": "3", "事例 '%_": ""})
	holds("replaced", "m 2", map[string]string{"a": "of another"})
	if got, err := keeper.Recall(ctx, "m 1", nil); err != nil || len(got) != 0 {
		t.Errorf("no keys: %q, %v", got, err)
	}
	put(t, store, newShelf(), randomChange(generator(31), 3, 2))
	holds("after a put", "m 2", map[string]string{"a": "of another"})
	must(t, keeper.Forget(ctx, "m 1", []string{"b", "c"}))
	holds("all of one but two", "m 1", map[string]string{"b": odd, "c": "3"})
	holds("all of one but two", "m 2", map[string]string{"a": "of another"})
	must(t, keeper.Forget(ctx, "", []string{"c"}))
	holds("all of all but one", "m 1", map[string]string{"c": "3"})
	holds("all of all but one", "m 2", map[string]string{})
	must(t, keeper.Forget(ctx, "m 1", nil))
	holds("all of one", "m 1", map[string]string{})
	many := map[string][]byte{}
	for range 5000 {
		many[string(rune(0x4e00+len(many)))] = make([]byte, 100)
	}
	must(t, keeper.Keep(ctx, "m 3", many))
	got, err := keeper.Recall(ctx, "m 3", slices.Collect(maps.Keys(many)))
	if must(t, err); len(got) != len(many) {
		t.Errorf("%d of %d came back", len(got), len(many))
	}
}
