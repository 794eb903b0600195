package answertest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Script is what somebody asks, what a server answers, and what must come of it.
//
//	A sentence that says what happens.
//	server: Ollama
//	format: https://docs.ollama.com/api/openai-compatibility
//	not run against the real server
//	-- question --
//	UTMを導入した会社の事例は？
//	-- pages --
//	7 19 59
//	-- reply --
//	say {"claims":[]}
//	finish stop
//	done
//	-- want --
//	wording failed
//	requests 1
//
// pages are the passages, of the embedded book; -- case -- adds one that is
// not in it. There is one reply for each request, in order. Each line of want
// is "keep p.N SENTENCE", "drop REASON", "wording W", "requests N", "rewritten
// QUESTION", or "never TEXT", which must appear in no sentence.
type Script struct {
	Name, About, Server, Format string
	Question                    string
	History                     []string
	Pages                       []int
	// Case is the text of -- case --: a title, then "業種: …", "従業員数: …" and "- measure".
	Case    string
	Replies [][]Step
	Want    Want
}

// Step is one line of a reply: what to do, and with what.
type Step struct{ Do, With string }

// Want is what must come of a script.
type Want struct {
	Keep, Drop, Never []string
	Wording           string
	// Rewritten is the question searched for in place of a follow-up.
	Rewritten string
	Requests  int
}

// Servers are those whose formats are known (frames.go).
var Servers = []string{"OpenAI", "Azure", "Ollama", "llama.cpp", "vLLM", "LM Studio"}

// part heads a part of a txtar file. The format is so small that the module for
// it, which the program does not need, stays out of the list of what is linked.
var part = regexp.MustCompile(`(?m)^-- (.+) --\n`)

// Read reads a script and refuses one that a reviewer could not check: without
// its server, its format, or the words that it was not run against the server.
func Read(path string) (Script, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Script{}, err
	}
	file := string(raw)
	parts := part.FindAllStringSubmatchIndex(file, -1)
	if len(parts) == 0 {
		return Script{}, fmt.Errorf("%s: no part begins with -- question --", path)
	}
	s := Script{Name: strings.TrimSuffix(filepath.Base(path), ".txtar")}
	honest := false
	for _, line := range strings.Split(strings.TrimSpace(file[:parts[0][0]]), "\n") {
		switch key, value, _ := strings.Cut(line, ": "); {
		case key == "server":
			s.Server = value
		case key == "format":
			s.Format = value
		case line == "not run against the real server":
			honest = true
		default:
			s.About = strings.TrimSpace(s.About + " " + line)
		}
	}
	if !honest || s.About == "" || s.Format == "" || !slices.Contains(Servers, s.Server) {
		return Script{}, fmt.Errorf("%s: its head wants a sentence, server: one of %v, format: where it is documented, and \"not run against the real server\"", path, Servers)
	}
	for i, p := range parts {
		end := len(file)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		name := file[p[2]:p[3]]
		if err := s.file(name, file[p[1]:end]); err != nil {
			return Script{}, fmt.Errorf("%s: -- %s --: %w", path, name, err)
		}
	}
	return s, nil
}

func (s *Script) file(name, data string) error {
	lines := strings.Split(strings.TrimRight(data, "\n"), "\n")
	switch name {
	case "question":
		s.Question = strings.TrimSpace(data)
	case "history":
		s.History = lines
	case "case":
		s.Case = data
	case "pages":
		for _, f := range strings.Fields(data) {
			n, err := strconv.Atoi(f)
			if err != nil {
				return err
			}
			s.Pages = append(s.Pages, n)
		}
	case "reply":
		var reply []Step
		for _, line := range lines {
			do, with, _ := strings.Cut(line, " ")
			if _, known := steps[do]; !known {
				return fmt.Errorf("no step is called %q", do)
			}
			reply = append(reply, Step{do, with})
		}
		s.Replies = append(s.Replies, reply)
	case "want":
		return s.Want.read(lines)
	default:
		return fmt.Errorf("no part is called so")
	}
	return nil
}

func (w *Want) read(lines []string) (err error) {
	for _, line := range lines {
		switch key, value, _ := strings.Cut(line, " "); key {
		case "keep":
			w.Keep = append(w.Keep, value)
		case "drop":
			w.Drop = append(w.Drop, value)
		case "never":
			w.Never = append(w.Never, value)
		case "rewritten":
			w.Rewritten = value
		case "wording":
			w.Wording = value
		case "requests":
			if w.Requests, err = strconv.Atoi(value); err != nil {
				return err
			}
		default:
			return fmt.Errorf("what is %q?", line)
		}
	}
	return nil
}
