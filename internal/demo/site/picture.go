package site

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// picture draws the picture of an article.
func (s *Site) picture(w http.ResponseWriter, r *http.Request) {
	name, isPicture := strings.CutSuffix(r.PathValue("name"), ".svg")
	number, err := strconv.Atoi(name)
	if _, ok := s.Article(number); !isPicture || err != nil || !ok {
		http.NotFound(w, r)
		return
	}
	sendPicture(w, number)
}

// icon is the picture of the first article.
func (s *Site) icon(w http.ResponseWriter, _ *http.Request) { sendPicture(w, 1) }

func sendPicture(w http.ResponseWriter, number int) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Surrogate-Key", "pictures")
	_, _ = w.Write([]byte(draw(number)))
}

// The size of a picture.
const (
	width  = 640
	height = 240
)

// draw returns hills under a moon, in coats of one red, as SVG. The same number always gives the same picture.
func draw(number int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#f3e3d3"/>`, width, height)
	fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="%d" fill="#d9a441"/>`, 90+(number*137)%460, 62+(number*29)%30, 26+number*4)
	coats := []string{"#d98873", "#c25a4c", "#a3322f", "#7a1f24", "#4a1419"}
	for i, colour := range coats {
		fmt.Fprintf(&b, `<path fill="%s" d="%s"/>`, colour, hill(number, i))
	}
	b.WriteString(`</svg>`)
	return b.String()
}

// hill returns the outline of one coat: two waves that are laid over each other.
func hill(number, coat int) string {
	const step = 16
	var path strings.Builder
	fmt.Fprintf(&path, "M0 %d", height)
	phase := float64(number)*1.7 + float64(coat)*2.3
	for x := 0; x <= width; x += step {
		at := float64(x) / width * 2 * math.Pi
		y := 96 + float64(coat)*28 + 18*math.Sin(at+phase) + 9*math.Sin(2.7*at-phase)
		fmt.Fprintf(&path, "L%d %.1f", x, y)
	}
	fmt.Fprintf(&path, "L%d %dZ", width, height)
	return path.String()
}
