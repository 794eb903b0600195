package playground

func viewMethods() map[string]method {
	return map[string]method{
		"views.open":    {"trigger_id! view!", viewOpen},
		"views.push":    {"trigger_id! view!", viewPush},
		"views.update":  {"view! view_id external_id hash", viewUpdate},
		"views.publish": {"user_id! view! hash", viewPublish},
	}
}

// viewOpen begins a stack. From within a modal it begins a new one in the old one's place.
func viewOpen(s *Server, a args) (reply, error) {
	t, err := s.exchange(a["trigger_id"])
	if err != nil {
		return nil, err
	}
	v, err := s.build(t.user, t.channel, a.raw("view"), "modal")
	if err != nil {
		return nil, err
	}
	t.used = true
	s.stacks[t.user] = nil
	if err := s.push(t.user, v); err != nil {
		return nil, err
	}
	return reply{"view": v.wire()}, nil
}

func viewPush(s *Server, a args) (reply, error) {
	t, err := s.exchange(a["trigger_id"])
	if err != nil {
		return nil, err
	}
	if t.view == nil || s.top(t.user) == nil {
		return nil, refuse("not_found", "[ERROR] the trigger did not come from an open modal [json-pointer:/trigger_id]")
	}
	v, err := s.build(t.user, t.channel, a.raw("view"), "modal")
	if err != nil {
		return nil, err
	}
	if err := s.push(t.user, v); err != nil {
		return nil, err
	}
	t.used = true
	return reply{"view": v.wire()}, nil
}

func viewUpdate(s *Server, a args) (reply, error) {
	v := s.viewBy(func(o *View) bool {
		return (a["view_id"] != "" && o.ID == a["view_id"]) || (a["external_id"] != "" && o.ExternalID == a["external_id"])
	})
	if v == nil {
		return nil, refuse("not_found")
	}
	if a["hash"] != "" && a["hash"] != v.Hash {
		return nil, refuse("hash_conflict")
	}
	// The view's own external_id is no duplicate of itself.
	own := v.ExternalID
	v.ExternalID = ""
	with, err := s.build(v.user, v.channel, a.raw("view"), v.Type)
	v.ExternalID = own
	if err != nil {
		return nil, err
	}
	s.replace(v, with)
	return reply{"view": v.wire()}, nil
}

func viewPublish(s *Server, a args) (reply, error) {
	u := s.user(a["user_id"])
	if u == nil {
		return nil, refuse("invalid_arguments", "[ERROR] unknown user [json-pointer:/user_id]")
	}
	old := s.homes[u.ID]
	if a["hash"] != "" && (old == nil || old.Hash != a["hash"]) {
		return nil, refuse("hash_conflict")
	}
	delete(s.homes, u.ID)
	v, err := s.build(u.ID, "", a.raw("view"), "home")
	if err != nil {
		if old != nil {
			s.homes[u.ID] = old
		}
		return nil, err
	}
	if old != nil {
		v.ID, v.root = old.ID, old.ID
	}
	s.homes[u.ID] = v
	s.tell(u.ID, map[string]any{"type": "home", "view": v.page()})
	return reply{"view": v.wire()}, nil
}
