//go:build !nobook

package cases

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// The table holds the print; the corrections stand beside it, so that a
// reviewer sees both and a correction can be taken back.
var (
	//go:embed ipa2021.tsv
	embeddedTable []byte
	//go:embed corrections.json
	embeddedReview []byte
)

// review is corrections.json: what was mended, and what looks wrong but was
// left because the table alone cannot tell.
type review struct {
	Corrections   []Correction `json:"corrections"`
	LeftAsPrinted []doubt      `json:"left_as_printed"`
}

// doubt is a text that a reviewer stopped at and let stand.
type doubt struct {
	Page    int    `json:"page"`
	Field   string `json:"field"`
	Printed string `json:"printed"`
	Reason  string `json:"reason"`
}

// Embedded is the book inside the binary: IPA's 61 cases of fiscal 2021, pages
// 2 to 62, with the reviewed corrections applied and listed in their cases. A
// binary built with -tags nobook has none and returns ErrNoBook.
func Embedded() (Book, error) {
	b, err := printed()
	if err != nil {
		return Book{}, err
	}
	var r review
	if err := json.Unmarshal(embeddedReview, &r); err != nil {
		return Book{}, fmt.Errorf("read corrections.json: %w", err)
	}
	return b.correct(r.Corrections)
}

// printed is the embedded book before corrections.
func printed() (Book, error) {
	b, _, err := Read(EmbeddedID+".tsv", embeddedTable)
	if err != nil {
		return Book{}, fmt.Errorf("read the embedded book: %w", err)
	}
	return b, nil
}
