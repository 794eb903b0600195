package retrieval

// follow merges a question with the ones before it: a facet stated now
// replaces that kind, a question without a topic of its own keeps the last one.
func (e *Engine) follow(q Query, history []string, book *Generation) Query {
	last := e.read(history[0], book)
	for _, earlier := range history[1:] {
		last = merge(last, e.read(earlier, book))
	}
	return merge(last, q)
}

func merge(before, now Query) Query {
	out := now
	if len(now.Content) == 0 && len(before.Content) > 0 {
		out.Merged = before.Text
		// Spans are appended, so the features' places move.
		shift := len(now.Spans)
		out.Spans = append(append([]Span{}, now.Spans...), before.Spans...)
		for _, f := range before.Content {
			f.Span += shift
			out.Content = append(out.Content, f)
		}
		out.Strict = now.Intent == Count || now.Intent == List
	}
	f, old := &out.Facets, before.Facets
	if len(f.Industry)+len(f.NotIndustry) == 0 {
		f.Industry, f.NotIndustry = old.Industry, old.NotIndustry
	}
	if len(f.Category)+len(f.NotCategory) == 0 {
		f.Category, f.NotCategory = old.Category, old.NotCategory
	}
	if f.Size == nil {
		f.Size = old.Size
	}
	if f.Stars == nil {
		f.Stars, f.StarsUp = old.Stars, old.StarsUp
	}
	return out
}
