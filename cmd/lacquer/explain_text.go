package main

import (
	"fmt"
	"strings"

	"lacquer/admin"
)

// explanationText writes an explanation for people: what happens first, then why, then what would change it.
func explanationText(e *admin.Explanation) string {
	var b strings.Builder
	line := func(label, format string, a ...any) {
		fmt.Fprintf(&b, "  %-9s %s\n", label, fmt.Sprintf(format, a...))
	}
	fmt.Fprintf(&b, "%s %s\n", e.Method, e.URL)
	fmt.Fprintf(&b, "%s%s\n\n", e.Outcome, because(e.Reason, e.Means))
	if e.Key.URL != "" {
		line("key", "%s, %s%s", e.Key.URL, e.Key.Scheme, more(e.Key.Parts))
	}
	if e.Identity {
		line("identity", "the request bears cookies or Authorization")
	}
	if e.Backend != "" {
		line("backend", "%s", e.Backend)
	}
	line("version", "%d of the configuration", e.Version)
	if e.Answer != nil {
		line("answer", "%d %s", e.Answer.Status, e.Answer.Location)
	}
	writeRules(&b, e.Rules)
	if e.Used != nil {
		fmt.Fprintf(&b, "\nstored for this request\n%s", responseText(e.Used))
	}
	if e.Fetched != nil {
		fmt.Fprintf(&b, "\nthe origin says now\n%s", responseText(e.Fetched))
	}
	if e.Error != "" {
		fmt.Fprintf(&b, "\nthe origin could not be asked\n  %s\n", e.Error)
	}
	if len(e.Stored) > 0 {
		b.WriteString("\nunder this URL\n")
		for i := range e.Stored {
			b.WriteString(objectLine(&e.Stored[i]))
		}
	}
	if e.Advice != "" {
		fmt.Fprintf(&b, "\nto change it: %s\n", e.Advice)
	}
	return b.String()
}

func because(reason, means string) string {
	switch {
	case reason == "":
		return ""
	case means == "":
		return ": " + reason
	}
	return ": " + reason + " (" + means + ")"
}

func more(parts []string) string {
	text := ""
	for _, p := range parts {
		text += fmt.Sprintf(" + %q", p)
	}
	return text
}

func writeRules(b *strings.Builder, rules []admin.RuleMatch) {
	if len(rules) == 0 {
		b.WriteString("\nno rule matches\n")
		return
	}
	b.WriteString("\nrules that match\n")
	for _, r := range rules {
		at := "built in"
		if !r.Builtin {
			at = fmt.Sprintf("%s:%d", r.File, r.Line)
		}
		fmt.Fprintf(b, "  %-9s %s (%s)\n", r.Step, r.Rule, at)
		for _, change := range r.Changes {
			fmt.Fprintf(b, "            %s\n", change)
		}
		if r.Error != "" {
			fmt.Fprintf(b, "            failed and was skipped: %s\n", r.Error)
		}
	}
}

// responseText says how a response is kept, or why it is not.
func responseText(r *admin.Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %d", r.Status)
	if r.Bytes >= 0 {
		fmt.Fprintf(&b, ", %s", bytesText(r.Bytes))
	}
	if !r.Stored {
		fmt.Fprintf(&b, ", not stored%s\n", because(r.Reason, r.Means))
		return b.String()
	}
	fmt.Fprintf(&b, ", %s\n  lifetime  %s, from %s%s\n", freshText(r.TTL, r.Age), secondsText(r.Lifetime.Seconds), r.Lifetime.From+of(r.Lifetime.Field), windows(&r.Lifetime))
	if r.Vary != "" {
		fmt.Fprintf(&b, "  vary      %s\n", r.Vary)
	}
	if len(r.Tags) > 0 {
		fmt.Fprintf(&b, "  tags      %s\n", strings.Join(r.Tags, ", "))
	}
	if r.Hits > 0 {
		fmt.Fprintf(&b, "  hits      %s\n", numberText(r.Hits))
	}
	return b.String()
}

// of names the targeted field that governs, if one does.
func of(field string) string {
	if field == "" {
		return ""
	}
	return " of " + field
}

func freshText(ttl, age float64) string {
	if ttl > 0 {
		return fmt.Sprintf("fresh for %s, %s old", secondsText(ttl), secondsText(age))
	}
	return fmt.Sprintf("stale for %s, %s old", secondsText(-ttl), secondsText(age))
}

func windows(l *admin.Lifetime) string {
	text := ""
	if l.StaleWhileRevalidate > 0 {
		text += ", then stale for " + secondsText(l.StaleWhileRevalidate) + " while it is refreshed"
	}
	if l.StaleIfError > 0 {
		text += ", stale for " + secondsText(l.StaleIfError) + " if the origin fails"
	}
	return text
}

// objectLine says in a line what a variant is.
func objectLine(o *admin.Object) string {
	line := ""
	if o.Stored {
		line = fmt.Sprintf("  %s%s: %d, %s, %s", o.Scheme, more(o.KeyParts), o.Status, bytesText(o.Bytes), freshText(o.TTL, o.Age))
		for _, f := range o.Vary {
			line += fmt.Sprintf(", for %s: %s", f.Name, f.Value)
		}
	}
	if o.NotStored != "" {
		if line != "" {
			line += "\n"
		}
		line += fmt.Sprintf("  the last answer was not to be shared: %s; nobody waits for another's for %s", o.NotStored, secondsText(o.NotStoredUntil))
	}
	return line + "\n"
}
