// Package cases is what a casebook is.
//
// Start at [Book] and [Case] (cases.go): a book is a list of cases, a case is
// one row of a table, with a page that everything else in jirei cites.
// [Read] (read.go and its neighbours) turns a table that people have, CSV,
// TSV or a table export, into a Book, or refuses it as a whole with the line
// and column of what is wrong. [Embedded] (embedded.go) is the book inside
// the binary: IPA's 61 cases, with provenance and reviewed corrections.
//
// The print is kept. A cell is displayed and quoted as it was printed unless
// a [Correction] is listed for it; what search needs (ranges, folded text)
// stands beside the print, never in its place.
package cases
