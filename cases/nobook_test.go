//go:build nobook

package cases

import (
	"errors"
	"testing"
)

func TestEmbeddedWithoutTheBook(t *testing.T) {
	t.Parallel()
	if b, err := Embedded(); !errors.Is(err, ErrNoBook) || len(b.Cases) != 0 {
		t.Errorf("Embedded() = %d cases, %v; want ErrNoBook", len(b.Cases), err)
	}
}
