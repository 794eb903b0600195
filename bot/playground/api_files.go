package playground

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxFile bounds what the playground keeps in memory for one file.
const maxFile = 10 << 20

// file is an uploaded file.
type file struct {
	id, name, alt, title string
	length               int
	data                 []byte
	done                 bool
}

// Upload is a file that the bot has uploaded.
type Upload struct {
	Name, Title string
	Data        []byte
}

// Uploads are the files whose upload is complete, in the order of their ids.
func (s *Server) Uploads() []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Upload
	for _, id := range slices.Sorted(maps.Keys(s.files)) {
		if f := s.files[id]; f.done {
			out = append(out, Upload{f.name, f.title, slices.Clone(f.data)})
		}
	}
	return out
}

func fileMethods() map[string]method {
	return map[string]method{
		"files.getUploadURLExternal":   {"filename! length! alt_txt snippet_type", uploadURL},
		"files.completeUploadExternal": {"files! channel_id channels initial_comment blocks thread_ts", completeUpload},
	}
}

func uploadURL(s *Server, a args) (reply, error) {
	n, err := strconv.Atoi(a["length"])
	if err != nil || n <= 0 || n > maxFile {
		return nil, refuse("invalid_arguments", "[ERROR] must be between 1 and 10 MB [json-pointer:/length]")
	}
	f := &file{id: s.id("F"), name: a["filename"], alt: a["alt_txt"], length: n}
	s.files[f.id] = f
	return reply{"upload_url": s.base + "/upload/" + f.id, "file_id": f.id}, nil
}

// serveUpload takes a file's bytes, as the body or as a form's file.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+1<<20)
	var in io.Reader = r.Body
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		part, _, err := r.FormFile("file")
		if err != nil {
			http.Error(w, "no file", http.StatusBadRequest)
			return
		}
		defer func() { _ = part.Close() }()
		in = part
	}
	data, err := io.ReadAll(in)
	if err != nil {
		http.Error(w, "not read", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[r.PathValue("id")]
	if f == nil || f.done || len(data) != f.length {
		http.Error(w, "no such upload, or another length", http.StatusBadRequest)
		return
	}
	f.data = data
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(data)))
}

func completeUpload(s *Server, a args) (reply, error) {
	var list []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(a["files"]), &list); err != nil || len(list) == 0 {
		return nil, refuse("invalid_arguments", "[ERROR] must be an array of files [json-pointer:/files]")
	}
	for _, in := range list {
		if f := s.files[in.ID]; f == nil || f.data == nil || f.done {
			return nil, refuse("file_not_found")
		}
	}
	var to []*channel
	for id := range strings.SplitSeq(strings.Trim(a["channel_id"]+","+a["channels"], ","), ",") {
		if id == "" {
			continue
		}
		c, err := s.postable(id)
		if err != nil {
			return nil, err
		}
		to = append(to, c)
	}
	out, links := []any{}, []string{}
	for _, in := range list {
		f := s.files[in.ID]
		f.title, f.done = in.Title, true
		out = append(out, map[string]any{"id": f.id, "title": f.title})
		links = append(links, "<"+s.base+"/files/"+f.id+"|"+strings.NewReplacer("<", "", ">", "", "|", "").Replace(f.name)+">")
	}
	text := strings.TrimSpace(a["initial_comment"] + "\n" + strings.Join(links, "\n"))
	for _, c := range to {
		s.recordPings("files.completeUploadExternal in "+c.id, text, nil, false)
		s.emitMessage(c, s.put(c, &Message{User: Bot, Text: text, ThreadTS: a["thread_ts"]}))
	}
	return reply{"files": out}, nil
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.files[r.PathValue("id")]
	s.mu.Unlock()
	if f == nil || !f.done {
		http.NotFound(w, r)
		return
	}
	// An uploaded page of HTML must not run as one of the playground's own.
	w.Header().Set("Content-Security-Policy", "sandbox")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, f.name, time.Time{}, strings.NewReader(string(f.data)))
}

// serveArchive makes a permalink lead to the message in the page.
func (s *Server) serveArchive(w http.ResponseWriter, r *http.Request) {
	us, err := strconv.ParseInt(strings.TrimPrefix(r.PathValue("ts"), "p"), 10, 64)
	s.mu.Lock()
	c := s.channel("", r.PathValue("channel"))
	s.mu.Unlock()
	if c == nil || err != nil {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/#%s/%d.%06d", c.id, us/1e6, us%1e6), http.StatusFound)
}
