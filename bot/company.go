package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jirei/jirei/bot/answer"
	"github.com/jirei/jirei/bot/command"
	"github.com/jirei/jirei/bot/phrases"
	"github.com/jirei/jirei/cases"
	"github.com/jirei/jirei/retrieval"
)

// company is somebody's own company: the facets by which an answer is ranked
// where the question states none of their kind.
type company struct {
	Industry []string    `json:"industry,omitempty"`
	Size     *cases.Size `json:"size,omitempty"`
}

func (c company) facets() retrieval.Facets {
	return retrieval.Facets{Industry: c.Industry, Size: c.Size}
}

func (c company) empty() bool { return c.facets().Empty() }

// said is a company as people write it: 「建設業・従業員30名」.
func (c company) said(p *phrases.Phrases) string { return answer.Facets(p, c.facets()) }

// settingCompany names the setting; its scope is the team and the person.
const settingCompany = "company"

func scope(team, user string) string { return team + "/" + user }

// company returns somebody's company, an empty one where none is set.
func (b *Bot) company(ctx context.Context, team, user string) (company, error) {
	var c company
	value, err := b.record.Setting(ctx, scope(team, user), settingCompany)
	if err != nil || value == "" {
		return c, err
	}
	if err := json.Unmarshal([]byte(value), &c); err != nil {
		return c, fmt.Errorf("reading a company's setting: %w", err)
	}
	return c, nil
}

// companyOf is the company by which a request is answered: asked again, it is
// still the first asker's.
func (b *Bot) companyOf(ctx context.Context, r Request) (company, error) {
	if r.Company != nil {
		return *r.Company, nil
	}
	return b.company(ctx, r.Team, r.User)
}

// setCompany shows, sets or removes the asker's company.
func (b *Bot) setCompany(ctx context.Context, in render, r Request, c command.Command) (message, error) {
	switch c.Do {
	case command.Show:
		own, err := b.company(ctx, r.Team, r.User)
		if err != nil || own.empty() {
			return plain(in.p.CompanyNone(false)), err
		}
		return plain(in.p.CompanyIs(own.said(in.p))), nil
	case command.Stop:
		return plain(in.p.CompanyNone(true)), b.record.Set(ctx, scope(r.Team, r.User), settingCompany, "")
	case command.Put:
	}
	stated := b.asker.Engine.Understand(c.Text, nil, in.book).Facets
	own := company{Industry: stated.Industry, Size: stated.Size}
	if own.empty() || !stated.Drop("industry").Drop("size").Empty() {
		return plain(in.p.CompanyHow()), nil
	}
	value, err := json.Marshal(own)
	if err != nil {
		return message{}, fmt.Errorf("encoding a company's setting: %w", err)
	}
	return plain(in.p.CompanyIs(own.said(in.p))), b.record.Set(ctx, scope(r.Team, r.User), settingCompany, string(value))
}

// oursJa and oursEn are how people name their own company in a question, where
// they ask for others like it.
var (
	oursJa = regexp.MustCompile(`(?:うち|弊社|当社|自社|わが社|我が社|私たち|私達|我々)(?:の会社|の規模)?(?:みたいな|のような|と同じような|とよく似た|と似た|に似た|に近い|と近い|と同じくらいの|くらいの|ぐらいの|と同規模の|と同業の)(?:規模の|業種の)?(?:小さな|小さい)?(?:会社|企業|ところ|中小企業|同業他社)?`)
	oursEn = regexp.MustCompile(`(?i)\b(?:(?:a )?compan(?:y|ies)|firms?|businesses) (?:like|similar to) (?:ours|us|our (?:company|firm|business))\b`)
)

// speaksOfOurs says that a question names the asker's company.
func speaksOfOurs(text string) bool { return oursJa.MatchString(text) || oursEn.MatchString(text) }

// spelledOut puts a company's facets in the place of 「うちみたいな会社」, so that
// they are read as conditions of the question, and shown and given up like any.
func (c company) spelledOut(text string) string {
	var parts []string
	if len(c.Industry) > 0 {
		parts = append(parts, strings.Join(c.Industry, "か"))
	}
	if c.Size != nil {
		parts = append(parts, "従業員"+c.Size.String())
	}
	text = oursJa.ReplaceAllLiteralString(text, strings.Join(parts, "で")+"の会社")
	return oursEn.ReplaceAllLiteralString(text, strings.Join(parts, " "))
}

// likeOurs says in the foot of an answer what the asker's company did to its
// order, "" where it had no say.
func (r render) likeOurs(a answer.Answer) string {
	prefer := a.Found.Query.Prefer
	if prefer.Empty() || len(a.Found.Hits) < 2 {
		return ""
	}
	wanted := 0
	for _, kind := range []string{"industry", "size"} {
		if !prefer.Only(kind).Empty() {
			wanted++
		}
	}
	all, kinds := false, []string(nil)
	for _, h := range a.Found.Hits {
		all = all || len(h.Why.Preferred) == wanted
		for _, kind := range h.Why.Preferred {
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	slices.Sort(kinds)
	return r.p.CompanyRanks(answer.Facets(r.p, prefer), all, kinds)
}

// noted puts a line above an answer.
func (m message) noted(line message) message {
	if len(m.blocks) == 0 {
		return m
	}
	m.text = short(line.text+"\n"+m.text, longText)
	m.short = m.text
	m.blocks = append(slices.Clone(line.blocks), m.blocks...)
	return fit(m)
}
