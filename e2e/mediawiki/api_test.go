package mediawiki_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// ask sends a request to the wiki's API (https://www.mediawiki.org/wiki/API:Main_page) that changes nothing.
func (v *visitor) ask(t *testing.T, parameters url.Values, result any) {
	t.Helper()
	response, err := v.client.Get(v.site + "/api.php?" + inJSON(parameters).Encode())
	v.decode(t, response, err, result)
}

// tell sends a request to the wiki's API that changes something.
func (v *visitor) tell(t *testing.T, parameters url.Values, result any) {
	t.Helper()
	response, err := v.client.PostForm(v.site+"/api.php", inJSON(parameters))
	v.decode(t, response, err, result)
}

func inJSON(parameters url.Values) url.Values {
	parameters.Set("format", "json")
	parameters.Set("formatversion", "2")
	return parameters
}

func (v *visitor) decode(t *testing.T, response *http.Response, err error, result any) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	p, err := v.take("/api.php", response)
	if err != nil {
		t.Fatalf("%s: /api.php: %v", v.name, err)
	}
	if p.hit() {
		t.Errorf("%s: an answer of the API came from the store: %s", v.name, p.header.Get("Cache-Status"))
	}
	if err := json.Unmarshal([]byte(p.text), result); err != nil {
		t.Fatalf("%s: /api.php: status %d: %v\n%.500s", v.name, p.status, err, p.text)
	}
}

// token asks for the token that the next change of this kind ("login", "csrf") must carry.
func (v *visitor) token(t *testing.T, kind string) string {
	t.Helper()
	var answer struct {
		Query struct{ Tokens map[string]string }
	}
	v.ask(t, url.Values{"action": {"query"}, "meta": {"tokens"}, "type": {kind}}, &answer)
	token := answer.Query.Tokens[kind+"token"]
	if token == "" {
		t.Fatalf("%s: no %s token", v.name, kind)
	}
	return token
}

// logIn makes the visitor a user for as long as its cookies live.
func (v *visitor) logIn(t *testing.T, u user) {
	t.Helper()
	var answer struct {
		ClientLogin struct{ Status, Message string }
	}
	v.tell(t, url.Values{
		"action":         {"clientlogin"},
		"username":       {u.name},
		"password":       {u.password},
		"logintoken":     {v.token(t, "login")},
		"loginreturnurl": {v.site},
	}, &answer)
	if answer.ClientLogin.Status != "PASS" {
		t.Fatalf("%s logs in as %s: %+v", v.name, u.name, answer.ClientLogin)
	}
}

// edit gives a page a new text, and makes the page if it is not there.
func (v *visitor) edit(t *testing.T, title, text string) {
	t.Helper()
	var answer struct {
		Edit  struct{ Result string }
		Error struct{ Code, Info string }
	}
	v.tell(t, url.Values{
		"action": {"edit"},
		"title":  {title},
		"text":   {text},
		"token":  {v.token(t, "csrf")},
	}, &answer)
	if answer.Edit.Result != "Success" {
		t.Fatalf("%s edits %s: %+v", v.name, title, answer)
	}
}
