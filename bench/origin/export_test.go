package main

import "net/http"

// NewSite returns an origin that has been asked nothing yet.
func NewSite() http.Handler { return &site{} }
