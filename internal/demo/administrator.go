package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"

	"lacquer/admin"
)

// administrator asks the administration of Lacquer for what no PURGE of a URL can do.
type administrator struct {
	url, token string
	client     *http.Client
}

func newAdministrator(address, token string, dial func(ctx context.Context, network, address string) (net.Conn, error)) *administrator {
	return &administrator{url: "http://" + address, token: token, client: &http.Client{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
		Timeout:   visitTime,
	}}
}

// purge has an order carried out, and returns how many objects it found.
func (a *administrator) purge(ctx context.Context, order admin.PurgeOrder) (int, error) {
	text, err := json.Marshal(order)
	if err != nil {
		panic("BUG: order of a purge: " + err.Error())
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+"/api/v1/purge", bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := a.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the administration answered %s", answer.Status)
	}
	var report admin.PurgeReport
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxPage)).Decode(&report); err != nil {
		return 0, fmt.Errorf("the administration's answer: %w", err)
	}
	objects := 0
	for _, p := range report.Purged {
		objects += p.Objects
	}
	return objects, nil
}
