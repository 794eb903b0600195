//go:build nobook

package cases

// Embedded returns ErrNoBook: this binary was built without the book.
func Embedded() (Book, error) { return Book{}, ErrNoBook }
